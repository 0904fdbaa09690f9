package conformance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The commands for scripts about clients and servers that mean harm, or fare
// badly: what do they cost, what is left of them, who else suffers?

func init() {
	commands["baseline"] = cmdBaseline
	commands["growth"] = cmdGrowth
	commands["quiet"] = cmdQuiet
	commands["crowd"] = cmdCrowd
	commands["storm"] = cmdStorm
	commands["reloads"] = cmdReloads
	commands["origin"] = cmdOrigin
}

// abuse is what these commands keep for one script.
type abuse struct {
	baselines map[string]baseline // by instance and label
	crowds    map[string]*crowd
}

// abuses are those of the running scripts, by *state.
var abuses sync.Map

// abuseOf returns the script's own, which ends with the script.
func abuseOf(ts *testscript.TestScript) *abuse {
	st := stateOf(ts)
	a, known := abuses.LoadOrStore(st, &abuse{baselines: map[string]baseline{}, crowds: map[string]*crowd{}})
	if !known {
		ts.Defer(func() {
			abuses.Delete(st)
			for _, c := range a.(*abuse).crowds {
				c.close(true)
			}
		})
	}
	return a.(*abuse)
}

// usage is what an instance has of each thing that growth can ask for.
type usage map[string]int

// baseline is what an instance used at a time, and its admin port.
type baseline struct {
	admin string
	usage usage
}

// metricOf are the names of what the admin port tells, as scripts call it.
var metricOf = map[string]string{
	"inbound":    "pipy_inbound_count",
	"outbound":   "pipy_outbound_count",
	"pipelines":  "pipy_pipeline_count",
	"versions":   "pipy_draining_versions",
	"goroutines": "pipy_goroutines",
}

// measure returns what the process uses now. admin is its admin port; "" leaves
// out what only that knows.
func measure(pid int, admin string) (usage, error) {
	proc := fmt.Sprintf("/proc/%d", pid)
	u := usage{}
	files, err := os.ReadDir(filepath.Join(proc, "fd"))
	if err != nil {
		return nil, err
	}
	u["descriptors"] = len(files)
	status := readFile(filepath.Join(proc, "status"))
	for name, re := range map[string]string{"memory": `RssAnon:\s+(\d+) kB`, "threads": `Threads:\s+(\d+)`} {
		m := regexp.MustCompile(re).FindStringSubmatch(status)
		if m == nil {
			return nil, fmt.Errorf("%s/status: want %s, got\n%s", proc, re, status)
		}
		u[name], _ = strconv.Atoi(m[1])
	}
	u["memory"] <<= 10
	if admin == "" {
		return u, nil
	}
	text, err := metrics(admin)
	if err != nil {
		return nil, err
	}
	for name, metric := range metricOf {
		m := regexp.MustCompile(`(?m)^` + metric + `(?:\{[^}]*\})? (\d+)`).FindSubmatch(text)
		if m == nil {
			return nil, fmt.Errorf("metrics: want %s, got\n%s", metric, text)
		}
		u[name], _ = strconv.Atoi(string(m[1]))
	}
	return u, nil
}

// metrics asks the admin port, on a connection that is closed afterwards.
func metrics(port string) ([]byte, error) {
	req, err := http.NewRequest("GET", "http://127.0.0.1:"+port+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	req.Close = true
	res, err := (&http.Client{Timeout: deadline}).Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != 200 {
		err = fmt.Errorf("metrics: status %d: %s", res.StatusCode, bytes.TrimSpace(text))
	}
	return text, err
}

// cmdBaseline: baseline [-admin port] [-as label] name remembers what an
// instance uses now.
func cmdBaseline(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "baseline")
	flags, words := flagsOf(ts, args, "-admin", "-as")
	if len(words) != 1 {
		ts.Fatalf("usage: baseline [-admin port] [-as label] name")
	}
	b, err := measure(instanceOf(ts, words[0]).cmd.Process.Pid, flags["-admin"])
	ts.Check(err)
	ts.Logf("baseline %s: %v", words[0], b)
	abuseOf(ts).baselines[words[0]+" "+flags["-as"]] = baseline{flags["-admin"], b}
}

// cmdGrowth: growth [-per N] [-since label] name what limit wants that an
// instance uses no more of something than limit above its baseline, for each of
// N. It waits for that, except for memory, which is what it is.
func cmdGrowth(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "growth")
	flags, words := flagsOf(ts, args, "-per", "-since")
	if len(words) != 3 {
		ts.Fatalf("usage: growth [-per N] [-since label] name memory|descriptors|threads|inbound|outbound|pipelines|versions|goroutines limit")
	}
	per := 1
	if v := flags["-per"]; v != "" {
		n, err := strconv.Atoi(v)
		ts.Check(err)
		per = n
	}
	name, what, limit := words[0], words[1], parseSize(ts, words[2])
	b, known := abuseOf(ts).baselines[name+" "+flags["-since"]]
	start, told := b.usage[what]
	if !known || !told {
		ts.Fatalf("no baseline %q of %s that tells %s", flags["-since"], name, what)
	}
	if what == "memory" && os.Getenv("PIPY_RACE") == "1" {
		ts.Logf("growth: the race detector's memory says nothing")
		return
	}
	got := 0
	enough := func() bool {
		u, err := measure(instanceOf(ts, name).cmd.Process.Pid, b.admin)
		ts.Check(err)
		got = u[what] - start
		return got <= limit*per
	}
	if what == "memory" && !enough() || what != "memory" && !poll(enough) {
		ts.Fatalf("%s %s: want at most %d more than %d, for each of %d, got %d more", name, what, limit, start, per, got)
	}
	ts.Logf("growth %s %s: %d, %d for each of %d", name, what, got, got/per, per)
}

// flagsOf takes the flags that have a value out of the arguments.
func flagsOf(ts *testscript.TestScript, args []string, names ...string) (flags map[string]string, words []string) {
	flags = map[string]string{}
	for ; len(args) > 0; args = args[1:] {
		if !slices.Contains(names, args[0]) {
			words = append(words, args[0])
			continue
		}
		if len(args) < 2 {
			ts.Fatalf("%s: want a value", args[0])
		}
		flags[args[0]] = args[1]
		args = args[1:]
	}
	return flags, words
}

// parseSize reads a number that may end in k or M.
func parseSize(ts *testscript.TestScript, s string) int {
	shift := 0
	switch {
	case strings.HasSuffix(s, "k"):
		shift = 10
	case strings.HasSuffix(s, "M"):
		shift = 20
	}
	n, err := strconv.Atoi(strings.TrimRight(s, "kM"))
	ts.Check(err)
	return n << shift
}

// quietTime is how long an instance must have used no processor to be quiet.
const quietTime = 300 * time.Millisecond

// cmdQuiet: quiet name waits until an instance has come to rest: it has used
// (nearly) no processor for a while.
func cmdQuiet(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "quiet")
	if len(args) != 1 {
		ts.Fatalf("usage: quiet name")
	}
	stat := fmt.Sprintf("/proc/%d/stat", instanceOf(ts, args[0]).cmd.Process.Pid)
	since, last := time.Now(), -1
	if !poll(func() bool {
		ticks, err := processorTime(readFile(stat))
		ts.Check(err)
		if last < 0 || ticks > last+1 {
			since, last = time.Now(), ticks
		}
		return time.Since(since) >= quietTime
	}) {
		ts.Fatalf("%s does not come to rest", args[0])
	}
}

// processorTime takes user and system time, in ticks, out of the text of
// /proc/PID/stat, whose second field is a name in parentheses.
func processorTime(stat string) (int, error) {
	f := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(f) < 13 {
		return 0, fmt.Errorf("stat of a process: want 15 fields, got %q", stat)
	}
	user, err := strconv.Atoi(f[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(f[12])
	return user + system, err
}
