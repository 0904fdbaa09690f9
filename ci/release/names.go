package main

import (
	"regexp"
	"strings"
	"time"
)

// versions are the names of one version in the worlds that it is packed for.
// They differ in what a version may look like and in how they sort.
type versions struct {
	deb, rpm, apk string
}

// described is what git describe says about a tag like v1.2.3 or v1.2.3-rc.1,
// perhaps with commits behind it.
var described = regexp.MustCompile(`^v?(\d+\.\d+(?:\.\d+)?)(?:-((?:alpha|beta|rc)\.?\d*))?(?:-(\d+)(?:-g([0-9a-f]+))?)?(-dirty)?$`)

// packageVersions translates the version of a release. Pre-releases sort before
// their release, commits behind a tag after it. A version that is no number at
// all, such as the hash of a commit where there is no tag, becomes 0.0.0 with
// the time of the commit.
func packageVersions(version string, when time.Time) versions {
	m := described.FindStringSubmatch(version)
	if m == nil {
		stamp := when.Format("20060102150405")
		return versions{
			deb: "0.0.0~" + stamp + "." + letters(version), rpm: "0.0.0~" + stamp + "." + letters(version),
			apk: "0.0.0_alpha" + stamp,
		}
	}
	number, pre, commits, hash := m[1], m[2], m[3], m[4]
	v := versions{deb: number, apk: number}
	if pre != "" {
		v.deb += "~" + pre
		v.apk += "_" + strings.ReplaceAll(pre, ".", "")
	}
	if commits != "" {
		v.deb += "+" + commits
		v.apk += "_p" + commits
	}
	if hash != "" {
		v.deb += "." + hash
	}
	if m[5] != "" {
		v.deb += ".dirty"
	}
	v.rpm = v.deb
	return v
}

var notLetters = regexp.MustCompile(`[^0-9A-Za-z]+`)

// letters makes a word that every packager takes.
func letters(s string) string { return strings.Trim(notLetters.ReplaceAllString(s, "."), ".") }
