package cli

import (
	"fmt"
	"os"
	"strings"

	"pipy/pipy/admin"
	"pipy/pipy/logging"
)

// adminFlags are about the admin port and the repo.
func adminFlags() []flag {
	file := func(f func(o *options) *string) func(*options, string) error {
		return func(o *options, v string) error { return readable(f(o), v) }
	}
	token := func(f func(o *options) *string) func(*options, string) error {
		return func(o *options, v string) error { return readToken(f(o), v) }
	}
	return []flag{
		{[]string{"--admin-port"}, "[[ip]:]port", "Open the console and its API at this port (6060 without a script). Without an IP it is on loopback only; on other addresses who comes needs a token.", setAdminPort},
		{[]string{"--gui-port"}, "[[ip]:]port", "The same as --admin-port. With a folder: edit and try the scripts in it.", func(o *options, v string) error {
			o.gui = true
			return setAdminPort(o, v)
		}},
		{[]string{"--admin-port-off"}, "", "Do not open the admin port.", func(o *options, _ string) error {
			o.adminOff = true
			return nil
		}},
		{[]string{"--admin-tls-cert"}, "<file>", "Serve the admin port over TLS, with this certificate.", file(func(o *options) *string { return &o.adminTLS.cert })},
		{[]string{"--admin-tls-key"}, "<file>", "The key of that certificate.", file(func(o *options) *string { return &o.adminTLS.key })},
		{[]string{"--admin-tls-trusted"}, "<file or folder>", "Let only clients in whose certificates were signed by these.", func(o *options, v string) error {
			return present(&o.adminTLS.trusted, v)
		}},
		{[]string{"--admin-token-file"}, "<file>", "The file with the token of administrators, or the environment's PIPY_ADMIN_TOKEN; one is made up where it is needed.", token(func(o *options) *string { return &o.access.AdminToken })},
		{[]string{"--admin-reader-token-file"}, "<file>", "The file with a token for those who may only look: people, workers, collectors of metrics.", token(func(o *options) *string { return &o.access.ReaderToken })},
		{[]string{"--admin-allow-host"}, "<name>,...", "Names under which browsers and workers reach the admin port, beside localhost and its address; * allows any.", func(o *options, v string) error {
			o.access.Hosts = append(o.access.Hosts, strings.Split(v, ",")...)
			return nil
		}},
		{[]string{"--admin-log-file"}, "<file>", "Append each change made through the admin port to this file, as a line of JSON.", func(o *options, v string) error {
			return absolute(&o.access.AuditFile, v)
		}},
		{[]string{"--repo-open"}, "", "Hand out published codebases, and take reports, without a token: older workers have none.", func(o *options, _ string) error {
			o.access.OpenRepo = true
			return nil
		}},
		{[]string{"--no-tutorial"}, "", "Do not put the tutorial into a new repo.", func(o *options, _ string) error {
			o.tutorial = false
			return nil
		}},
		{[]string{"--init-repo"}, "<folder>", "Make a codebase of each folder in this one, unless the repo has it.", func(o *options, v string) error {
			return present(&o.initRepo, v)
		}},
		{[]string{"--init-code"}, "<codebase>", "Run this codebase of the repo.", func(o *options, v string) error {
			o.initCode = v
			return nil
		}},
	}
}

// remoteFlags are about the server that hands out the program.
func remoteFlags() []flag {
	return []flag{
		{[]string{"--tls-cert"}, "<file>", "Show this certificate to the server that hands out the script.", func(o *options, v string) error {
			return readable(&o.clientTLS.cert, v)
		}},
		{[]string{"--tls-key"}, "<file>", "The key of that certificate.", func(o *options, v string) error {
			return readable(&o.clientTLS.key, v)
		}},
		{[]string{"--tls-trusted"}, "<file or folder>", "Trust servers whose certificates were signed by these, instead of those that the system trusts.", func(o *options, v string) error {
			return present(&o.clientTLS.trusted, v)
		}},
		{[]string{"--repo-token-file"}, "<file>", "The file with the token for the repo that hands out the script, or the environment's PIPY_REPO_TOKEN.", func(o *options, v string) error {
			return readToken(&o.repoToken, v)
		}},
		{[]string{"--codebase-cache"}, "<folder>", "Keep the last good version of the script here, to start from while the server cannot be reached.", func(o *options, v string) error {
			o.cache = v
			return nil
		}},
		{[]string{"--no-status"}, "", "Do not report to the repo.", func(o *options, _ string) error {
			o.noStatus = true
			return nil
		}},
		{[]string{"--no-metrics"}, "", "Leave metrics out of what is reported to the repo.", func(o *options, _ string) error {
			o.noMetrics = true
			return nil
		}},
		{[]string{"--openssl-engine"}, "<id>", "Accepted for the sake of older scripts, and ignored.", func(_ *options, v string) error {
			logging.Warnf("", "--openssl-engine=%s is ignored: TLS is that of the Go library", v)
			return nil
		}},
	}
}

func setAdminPort(o *options, v string) (err error) {
	if o.admin, err = admin.ParseAddress(v); err != nil {
		return fmt.Errorf("invalid --admin-port: %w", err)
	}
	return nil
}

// readToken reads a token from the first line of a file.
func readToken(token *string, name string) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return &plainError{"cannot open file: " + name}
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSpace(line)
	if err := admin.CheckToken(line); err != nil {
		return err
	}
	*token = line
	return nil
}
