// Finds pages by the words in their titles, headings and first paragraphs.
const root = document.body.dataset.root;
const box = document.getElementById("search");
const found = document.getElementById("found");

// score tells how well a page fits a word; 0 is not at all.
function score(page, word) {
  const title = page.t.toLowerCase();
  if (title === word) return 100;
  if (title.startsWith(word)) return 50;
  if (title.includes(word)) return 20;
  if ((page.h || []).some(h => h.toLowerCase().includes(word))) return 5;
  return page.s.toLowerCase().includes(word) ? 2 : 0;
}

function search() {
  const words = box.value.toLowerCase().split(/\s+/).filter(w => w);
  const hits = pages
    .map(page => {
      const scores = words.map(word => score(page, word));
      return { page, score: scores.includes(0) ? 0 : scores.reduce((a, b) => a + b, 0) };
    })
    .filter(hit => hit.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 20);
  found.hidden = words.length === 0;
  found.replaceChildren(...hits.map(({ page }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = root + page.p;
    link.textContent = page.t;
    const note = document.createElement("span");
    note.textContent = page.g + (page.s ? ": " + page.s.slice(0, 120) : "");
    item.append(link, " ", note);
    return item;
  }));
  if (words.length > 0 && hits.length === 0) {
    const item = document.createElement("li");
    item.textContent = "Nothing found.";
    found.append(item);
  }
}

box.addEventListener("input", search);
box.addEventListener("keydown", event => {
  if (event.key === "Enter") found.querySelector("a")?.click();
  if (event.key === "Escape") { box.value = ""; search(); }
});
document.addEventListener("keydown", event => {
  if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
});
const here = document.querySelector("nav [aria-current]");
if (here) here.closest("nav").scrollTop = here.offsetTop - 200;
