package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"pipy/pipy/admin"
	"pipy/pipy/logging"
)

// endOfArgs ends the arguments of the script.
const endOfArgs = "--pipy-options"

// parse reads a command line without the program's name.
func parse(args []string) (*options, error) {
	o := &options{logOptions: logging.FileOptions{Append: true}, threads: 1, graph: true, reload: true, tutorial: true, drain: defaultDrain, scriptTimeout: defaultScriptTimeout}
	p := parser{options: o}
	for _, arg := range args {
		if err := p.take(arg); err != nil {
			return nil, err
		}
	}
	if o.print != nil {
		return o, nil
	}
	return o, o.complete()
}

// parser is the state between two words of a command line.
type parser struct {
	*options
	targeted bool // there is a target
	inArgs   bool // words are arguments of the script
}

// take reads one word.
func (p *parser) take(arg string) error {
	switch {
	case p.inArgs && arg == endOfArgs:
		p.inArgs = false
		return nil
	case p.inArgs:
		p.takeArg(arg)
		return nil
	case !strings.HasPrefix(arg, "-") || arg == "-":
		return p.takeTarget(arg)
	}
	name, value, hasValue := strings.Cut(arg, "=")
	f, ok := find(name)
	switch {
	case !ok:
		return fmt.Errorf("unknown option: %s", arg)
	case f.set == nil:
		p.inArgs = true
		return nil
	case f.value == "" && hasValue:
		return fmt.Errorf("%s: want no value, got %q", name, value)
	case f.value != "" && value == "":
		return fmt.Errorf("%s: want a value, as in %s=%s", name, name, f.value)
	}
	if err := f.set(p.options, value); err != nil {
		return optionError(name, err)
	}
	p.set(f.names[len(f.names)-1], value)
	return nil
}

// takeTarget reads a word that is no option.
func (p *parser) takeTarget(arg string) error {
	switch {
	case p.wants != "" && p.entry == "":
		p.entry = arg
	case arg == "" && !p.eval:
		return fmt.Errorf("want a filename or URL, got an empty word")
	case p.targeted && p.eval:
		return fmt.Errorf("redundant argument: %s", arg)
	case p.targeted:
		return fmt.Errorf("redundant filename: %s", arg)
	default:
		p.target, p.targeted = arg, true
	}
	return nil
}

// takeArg reads an argument of the script. The first one that is no option is
// the target, when there is none yet.
func (p *parser) takeArg(arg string) {
	if !p.targeted && !strings.HasPrefix(arg, "-") {
		p.target, p.targeted = arg, true
		return
	}
	p.args = append(p.args, arg)
}

// optionError names the option, unless the error speaks for itself.
func optionError(name string, err error) error {
	plain := (*plainError)(nil)
	if errors.As(err, &plain) || strings.HasPrefix(err.Error(), "unknown log ") || strings.HasPrefix(err.Error(), "invalid --") {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// complete adds what the environment says, and checks what goes together.
func (o *options) complete() error {
	if err := o.adminTLS.check("--admin-tls-"); err != nil {
		return err
	}
	if o.adminTLS.trusted != "" && o.adminTLS.cert == "" {
		return fmt.Errorf("--admin-tls-cert and --admin-tls-key are required for --admin-tls-trusted")
	}
	if err := o.clientTLS.check("--tls-"); err != nil {
		return err
	}
	for name, set := range map[string]*string{"PIPY_ADMIN_TOKEN": &o.access.AdminToken, "PIPY_REPO_TOKEN": &o.repoToken} {
		value := os.Getenv(name)
		os.Unsetenv(name) // scripts, and what they start, need not know it
		if value == "" || *set != "" {
			continue
		}
		if err := admin.CheckToken(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*set = value
	}
	if o.access.AdminToken != "" && o.access.AdminToken == o.access.ReaderToken {
		return fmt.Errorf("--admin-token-file and --admin-reader-token-file: want different tokens")
	}
	return nil
}

// set remembers a flag that was given.
func (o *options) set(name, value string) {
	if o.given == nil {
		o.given = map[string]string{}
	}
	o.given[name] = value
}

// inForce returns the flags that can be changed or asked about in a running
// process, as on a command line.
func (o *options) inForce() string {
	var words []string
	for _, f := range flags {
		name := f.names[len(f.names)-1]
		value, given := o.given[name]
		switch {
		case name == levelFlag && !given:
			value = "info"
		case !given:
			continue
		}
		if f.value != "" {
			name += "=" + value
		}
		words = append(words, name)
	}
	return strings.Join(words, " ")
}

func find(name string) (*flag, bool) {
	for i := range flags {
		for _, n := range flags[i].names {
			if n == name {
				return &flags[i], true
			}
		}
	}
	return nil, false
}
