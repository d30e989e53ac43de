package console

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// diagram is the page of a sequence diagram.
type diagram struct {
	Back, File string
	Steps      int
	Picture    template.HTML
}

func showDiagram(c *call) (reply, error) {
	w := c.wanted()
	lines, _ := c.lines(w)
	d := diagram{Back: c.To("/timeline", w.Query()), File: c.To("/timeline/diagram.svg", w.Query()), Steps: len(lines)}
	d.Picture = template.HTML(draw(lines)) //nolint:gosec // draw escapes every text
	return view{Template: "diagram", Data: d, Wide: true}, nil
}

func diagramFile(c *call) (reply, error) {
	lines, _ := c.lines(c.wanted())
	return file{Name: "tennantite-sequence.svg", Type: "image/svg+xml", Body: []byte(draw(lines))}, nil
}

// Measures of a diagram, in pixels; letters are as wide as those of a monospaced font of that size.
const (
	columnWidth = 230
	rowHeight   = 46
	headHeight  = 64
	letterWidth = 6.7
	boxWidth    = 206
	boxHeight   = 34
)

// draw is a sequence diagram: parties as columns, what happened as rows, from top to bottom. Colours stand in presentation
// attributes, so that the picture is whole as a file; on a page the style sheet has its own for light and dark.
func draw(lines []line) string {
	parties := partiesOf(lines)
	p := &pen{width: max(1, len(parties)) * columnWidth, height: headHeight + len(lines)*rowHeight + rowHeight}
	for i, name := range parties {
		x := center(i)
		p.stroke(`class="life" stroke="#8f877a" stroke-dasharray="3 4"`, x, boxHeight+8, x, p.height-8)
		p.box("party", "#f4f1ec", "#8f877a", x, 8+boxHeight/2, boxWidth, boxHeight)
		p.text("name", "#1f2328", x, 8+boxHeight/2+4, shorten(name, boxWidth))
	}
	for i, l := range lines {
		p.step(l, headHeight+i*rowHeight+rowHeight/2, slices.Index(parties, l.from), slices.Index(parties, l.to))
	}
	return p.picture()
}

// partiesOf are the columns: who asks, then sign-in, Graph, directories and SharePoint hosts, then mailboxes; of one kind
// in the order in which they appear.
func partiesOf(lines []line) []string {
	var ranks [6][]string
	add := func(rank int, name string) {
		if !slices.ContainsFunc(ranks[:], func(r []string) bool { return slices.Contains(r, name) }) {
			ranks[rank] = append(ranks[rank], name)
		}
	}
	for _, l := range lines { // whoever asks is a client, even where his mailbox appears as well
		if l.Kind != kindMail && l.Kind != kindAudit {
			add(0, l.from)
		}
	}
	for _, l := range lines {
		switch l.Kind {
		case kindMail:
			add(serviceRank(l.from), l.from)
			add(5, l.to)
		default:
			add(serviceRank(l.to), l.to)
		}
	}
	return slices.Concat(ranks[:]...)
}

func serviceRank(name string) int {
	switch {
	case name == signInParty:
		return 1
	case name == graphParty:
		return 2
	case strings.HasSuffix(name, ".sharepoint.com"):
		return 4
	}
	return 3
}

func center(column int) int { return column*columnWidth + columnWidth/2 }

// pen collects the elements of a picture.
type pen struct {
	b             strings.Builder
	width, height int
}

func (p *pen) put(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

func (p *pen) stroke(attributes string, x1, y1, x2, y2 int) {
	p.put(`<line `, attributes, ` x1="`, strconv.Itoa(x1), `" y1="`, strconv.Itoa(y1), `" x2="`, strconv.Itoa(x2), `" y2="`, strconv.Itoa(y2), `"/>`)
}

func (p *pen) box(class, fill, edge string, x, y, width, height int) {
	p.put(`<rect class="`, class, `" fill="`, fill, `" stroke="`, edge, `" rx="5" x="`, strconv.Itoa(x-width/2), `" y="`, strconv.Itoa(y-height/2),
		`" width="`, strconv.Itoa(width), `" height="`, strconv.Itoa(height), `"/>`)
}

func (p *pen) text(class, fill string, x, y int, text string) {
	p.put(`<text class="`, class, `" fill="`, fill, `" x="`, strconv.Itoa(x), `" y="`, strconv.Itoa(y), `" text-anchor="middle">`,
		template.HTMLEscapeString(printable(text)), `</text>`)
}

// step draws one line of the timeline in its row.
func (p *pen) step(l line, y, from, to int) {
	class, ink := "", "#0b6b62"
	if l.Failed {
		class, ink = " failed", "#a3200d"
	}
	label, outcome, dash := l.method+" "+shortPath(l.path), l.Outcome, ""
	switch l.Kind {
	case kindAudit:
		p.note(l, class, y, to)
		return
	case kindMail:
		label, outcome, dash, class = l.What, "mail: "+l.Note, ` stroke-dasharray="6 4"`, " letter"
	}
	x1, x2, tip := center(from), center(to), 8
	if x2 < x1 {
		tip = -tip
	}
	room := max(x1-x2, x2-x1) - 24
	if from == to {
		room = boxWidth
	}
	p.stroke(`class="arrow`+class+`" stroke="`+ink+`" stroke-width="1.5"`+dash, x1, y, x2, y)
	p.put(`<path class="tip`, class, `" fill="`, ink, `" d="M`, strconv.Itoa(x2), ` `, strconv.Itoa(y), ` l`, strconv.Itoa(-tip), ` -4 v8 z"/>`)
	middle := (x1 + x2) / 2
	p.text("message", "#1f2328", middle, y-5, shorten(label, room))
	p.text("outcome"+class, ink, middle, y+14, shorten(strings.TrimSpace(outcome+" "+noteOf(l)), room))
}

func noteOf(l line) string {
	if l.Kind == kindMail {
		return ""
	}
	return l.Note
}

// note draws what an organisation noted, on its own column.
func (p *pen) note(l line, class string, y, at int) {
	x := center(at)
	p.box("noted"+class, "#fff6d6", "#8f877a", x, y, boxWidth, rowHeight-8)
	p.text("message", "#1f2328", x, y-3, shorten(l.What, boxWidth))
	p.text("outcome"+class, "#57606a", x, y+12, shorten(strings.Trim(l.Who+" → "+l.Note, " →"), boxWidth))
}

func (p *pen) picture() string {
	w, h := strconv.Itoa(p.width), strconv.Itoa(p.height)
	return `<svg xmlns="http://www.w3.org/2000/svg" class="sequence" role="img" aria-label="Sequence diagram; the timeline has the same as a list" width="` + w +
		`" height="` + h + `" viewBox="0 0 ` + w + ` ` + h + `" font-family="ui-monospace, 'DejaVu Sans Mono', monospace" font-size="11">` +
		`<rect class="sheet-back" fill="#ffffff" width="` + w + `" height="` + h + `"/>` + p.b.String() + `</svg>`
}

// shorten cuts a text to so many pixels.
func shorten(s string, pixels int) string {
	most := int(float64(pixels) / letterWidth)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	r := []rune(s)
	return string(r[:max(0, most-1)]) + "…"
}

// shortPath is a path without what all have, long identifiers cut.
func shortPath(path string) string {
	const long = 14
	for _, front := range []string{"/v1.0/", "/beta/"} {
		if rest, ok := strings.CutPrefix(path, front); ok {
			path = "/" + rest
		}
	}
	parts := strings.Split(path, "/")
	for i, s := range parts {
		if r := []rune(s); len(r) > long && strings.ContainsAny(s, "0123456789") {
			parts[i] = string(r[:6]) + "…"
		}
	}
	return strings.Join(parts, "/")
}

// printable leaves out what XML does not allow.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r == '\uFFFE' || r == '\uFFFF' {
			return ' '
		}
		return r
	}, s)
}
