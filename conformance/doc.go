// Package conformance runs the scripts under testscripts against a pipy
// binary as a black box: files, command line, signals, sockets and log.
//
//	go test ./conformance                          # our binary, built once
//	go test ./conformance -run Scripts/http        # one folder
//	go test ./conformance -run Scripts/http/pipeline -v
//	PIPY_BIN=/usr/bin/pipy go test ./conformance   # another binary
//	PIPY_RACE=1 go test ./conformance              # ours, built with -race
//
// A script is a txtar archive: a header of comments, commands, then files. It
// runs in a directory of its own that holds the files. The header says what
// the script verifies and which dialect it is written in:
//
//	# A response to HEAD has no body, whatever its length says.
//	# api: legacy-0.30
//	# rfc: 9112 6.3
//	# tags: framing
//
// api is legacy-0.30 (what Pipy 0.30 does), modern (what later releases do) or
// extension (ours alone, including answers to malformed input that the
// RFC demands and the original did not give). rfc names the section that we
// follow where the original deviates. Another binary is asked for the dialects
// of its version; what is ours alone is not asked of it.
//
// What is played can be chosen:
//
//	-short                    not those with the line "# slow"
//	PIPY_API=legacy-0.30      only these dialects, by commas
//	CONFORMANCE_TAGS=http,-tls  tags, areas and dialects; - leaves out
//
// and the results go to files besides the table at the end:
//
//	CONFORMANCE_JSON=path     all results as JSON
//	CONFORMANCE_JUNIT=path    for build servers
//	-update                   write docs/conformance.md, for ours
//
// A script that fails may be played again, with nothing beside it:
//
//	CONFORMANCE_RETRIES=3     at most three of a run; none by default
//
// If it passes then, it is flaky: the table counts it, its first log is
// printed, and the run does not fail for it. One that panicked, or had a data
// race, gets no second chance.
//
// Besides the commands of package testscript (cmp, stdout, grep, exec, ...)
// there are our own:
//
//	freeport NAME...                    free loopback ports as environment variables
//	pipy [flags] argument... [&name]    run the program, in the foreground or as instance name
//	shutdown [flags] name [status]      SIGTERM an instance and want this exit status
//	exited name [status]                wait until an instance has ended by itself
//	signal name SIGNAL                  send a signal to an instance
//	listening [-not] port...            wait until something listens, or nothing
//	memory name MB                      an instance uses less than this
//	http [flags] METHOD URL             one or more requests, response on stdout
//	http2 [flags] METHOD URL            requests over HTTP/2, at one time
//	http-open SESSION host:port         open a connection to keep
//	http-close SESSION                  close a kept connection
//	http-wait NAME                      the end of an http -bg NAME
//	edit file old new                   replace text in a file
//	raw [flags] host:port               any bytes in, what comes back on stdout
//	load start|stop NAME ...            steady traffic in the background
//	upstream NAME kind                  a mock server, good or bad
//	upstream-count NAME counter N       wait until a counter has a value
//	upstream-got NAME regexp            wait until the server has received this
//	upstream-release NAME               let a held server go on
//	upstream-close NAME                 end a mock server
//	websocket [flags] URL step...       a WebSocket client, frame by frame
//	udp [flags] host:port BYTES...      datagrams out and back
//	udp-server NAME kind                a UDP server
//	udp-count NAME counter N            wait until a counter of it has a value
//	wait-log name regexp                wait until a log holds this
//	wait-file file regexp               wait until a file holds this
//	grep-log [-count=N] name regexp     wait until a log holds this, exactly N times
//	no-log name regexp                  a log does not hold this now
//
// and those for abuse, in files of their own:
//
//	baseline [flags] name               what an instance uses now: memory, descriptors, ...
//	growth [flags] name what limit      it uses no more than this beyond the baseline
//	quiet name                          wait until an instance has come to rest
//	crowd VERB NAME ...                 many connections that all do the same
//	storm [flags] N host:port           connections that are reset at random moments
//	reloads [flags] name count file ... reload again and again, good scripts and broken ones
//	origin NAME kind                    a server that sends without end, or takes nothing
//
// docs/testscript-commands.md describes them with their flags. Everything that
// waits polls up to a deadline; nothing sleeps for luck.
//
// known/NAME.txt names the scripts that fail with an implementation, with a
// reason each: ours.txt with this program, known/pipy-0.30.0.txt with what calls
// itself version 0.30.0, another one by PIPY_IMPL. A script that fails otherwise,
// or passes while it is listed, fails the run.
//
// Folder mutate seeds faults into the program and counts those that the scripts
// notice: make mutate.
package conformance
