// Command speed measures a built emulator as its users meet it, over loopback, beside a bare net/http server that sends the
// same bytes and beside what RSA costs on the same cores. Both servers are processes of their own and take turns, round for
// round, so that a slow moment of the machine hits both. The ratio is the promise; absolute figures are the machine's.
//
//	speed [-rounds 7] [-for 1s] [-into FILE] BINARY     Markdown on standard output, or between FILE's markers
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	bare := flag.Bool("bare", false, "be the bare server: what is PUT to a path is answered there")
	rounds := flag.Int("rounds", 7, "how often each figure is taken")
	each := flag.Duration("for", time.Second, "how long a server is asked in a round")
	into := flag.String("into", "", "replace what stands between the markers of this file, too")
	flag.Parse()
	var err error
	switch {
	case *bare:
		err = serveBare(os.Stdout)
	case flag.NArg() != 1:
		flag.Usage()
		os.Exit(2)
	default:
		err = report(*into, flag.Arg(0), *rounds, *each)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

// report measures, prints the table and puts it into a file, if one is named.
func report(into, binary string, rounds int, each time.Duration) error {
	var table bytes.Buffer
	if err := measure(io.MultiWriter(os.Stdout, &table), binary, rounds, each); err != nil || into == "" {
		return err
	}
	text, err := os.ReadFile(into)
	if err != nil {
		return err
	}
	const begin, end = "<!-- speed -->\n", "<!-- /speed -->\n"
	before, rest, opened := bytes.Cut(text, []byte(begin))
	_, after, closed := bytes.Cut(rest, []byte(end))
	if !opened || !closed {
		return fmt.Errorf("%s has no lines %q and %q", into, begin, end)
	}
	return os.WriteFile(into, bytes.Join([][]byte{before, []byte(begin), table.Bytes(), []byte(end), after}, nil), 0o644)
}

// row is a figure beside what it is promised to be.
type row struct {
	what, target string
	values       sample
	format       string // of one value
	note         string
}

func (r row) write(w io.Writer) {
	f := func(v float64) string { return fmt.Sprintf(r.format, v) }
	fmt.Fprintf(w, "| %s | %s | %s – **%s** – %s | %s |\n", r.what, r.target, f(r.values.min()), f(r.values.median()), f(r.values.max()), r.note)
}

func measure(w io.Writer, binary string, rounds int, each time.Duration) error {
	var rows []row
	for _, part := range []func() ([]row, error){
		func() ([]row, error) { return starts(binary) },
		func() ([]row, error) { return throughput(binary, rounds, each) },
		func() ([]row, error) { return size(binary) },
	} {
		more, err := part()
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	fmt.Fprintf(w, "%s, %d rounds of %v, taken in turns, %d connections.\n\n| figure | target | min – **median** – max | |\n|---|---|---|---|\n", machine(), rounds, each, connections)
	for _, r := range rows {
		r.write(w)
	}
	return nil
}
