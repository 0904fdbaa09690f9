// Before anything is drawn: the theme that was chosen, if one was.
(function () {
  try {
    var theme = localStorage.getItem("pipy.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (e) {
    // without storage the system decides
  }
})();
