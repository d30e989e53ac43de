package spoapi

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
)

// mode is the dialect that an answer is written in (sharepoint.md 2.1).
type mode int

// The dialects: three of OData 3, and OData 4 with and without metadata.
const (
	minimal mode = iota
	nometadata
	verbose
	version4
	version4None
)

// modeOf reads the dialect from Accept. Plain application/json means minimal metadata.
func modeOf(r *http.Request) mode {
	accept := strings.ToLower(strings.ReplaceAll(r.Header.Get("Accept"), " ", ""))
	four := strings.HasPrefix(r.Header.Get("OData-Version"), "4")
	switch {
	case strings.Contains(accept, "odata=verbose"):
		return verbose
	case strings.Contains(accept, "odata.metadata=none"), four && strings.Contains(accept, "odata=nometadata"):
		return version4None
	case strings.Contains(accept, "odata.metadata="), four:
		return version4
	case strings.Contains(accept, "odata=nometadata"):
		return nometadata
	}
	return minimal
}

// contentType is what answers of the dialect call themselves.
func (m mode) contentType() string {
	switch m {
	case nometadata:
		return "application/json;odata=nometadata;streaming=true;charset=utf-8"
	case verbose:
		return "application/json;odata=verbose;charset=utf-8"
	case version4:
		return "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	case version4None:
		return "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	case minimal:
	}
	return "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"
}

// entity is a resource on its way out, in no dialect yet. Members of props that carry odata:"select" come only when they
// are selected.
type entity struct {
	kind  string       // SP.Web
	web   string       // address of the web that path is relative to
	path  string       // below its _api: Web/Lists(guid'…')/Items(1)
	id    string       // where it is not the address
	etag  string       // with its quotes, "" for none
	props any          // a tagged struct or an odata.Object
	extra odata.Object // what comes only when it is selected, of an odata.Object
	links []link
	place drive.Place // of a list item
}

// link is a navigation property. get returns an *entity, a *collection, or nil where there is nothing.
type link struct {
	name string
	get  func() (any, error)
}

// collection is a page of entities.
type collection struct {
	kind string // of its entities: SP.User
	web  string
	// next is the address of the next page, "" on the last. A collection that pages itself has paged set; filter, order
	// and bounds of the others are applied by the encoder.
	next  string
	paged bool
	items []*entity
}

// result is what a function returns that is no entity: a primitive, a complex value (a tagged struct), or a slice of these.
type result struct {
	name  string // of the function, as verbose answers call it
	kind  string // Edm.String, SP.ContextWebInformation; Collection(…) for a slice
	web   string
	value any
}

// void is what a function returns that returns nothing, and a null entity.
type void struct{ name string }

// nothing is an empty body: what is left of something that was deleted.
type nothing struct{}

// created is an entity that was added to a collection.
type created struct{ entity *entity }

// content is an answer that is no OData: a file, a property's raw value, ProcessQuery's JSON.
type content struct {
	kind   string
	name   string
	etag   string
	at     time.Time
	reader io.ReadSeeker
}

// text is content that is a string.
func text(kind, s string) content { return content{kind: kind, reader: strings.NewReader(s)} }

// encoded is an answer as it goes on the wire.
type encoded struct {
	status  int
	kind    string
	etag    string
	body    []byte
	content *content
}

// encode turns what a handler returned into the answer.
func (c *request) encode(answer any, q *odata.Query) (encoded, error) {
	status := http.StatusOK
	switch a := answer.(type) {
	case nothing:
		return encoded{status: status}, nil
	case encoded:
		return a, nil
	case content:
		return encoded{status: status, content: &a}, nil
	case created:
		status, answer = http.StatusCreated, a.entity
	}
	e := encoder{mode: c.mode, web: c.webURL(c.site)}
	top, err := e.top(answer, q)
	if err != nil {
		return encoded{}, err
	}
	body, err := odata.Project(top, odata.Shape{})
	if err != nil {
		return encoded{}, err
	}
	out := encoded{status: status, kind: c.mode.contentType(), body: body}
	if x, ok := answer.(*entity); ok && x != nil {
		out.etag = x.etag
	}
	return out, nil
}

// encoder writes one answer.
type encoder struct {
	mode mode
	web  string
}

// top is the outermost object of an answer.
func (e encoder) top(answer any, q *odata.Query) (odata.Object, error) {
	shape := q.Shape()
	var body odata.Object
	var err error
	switch a := answer.(type) {
	case *entity:
		if a == nil {
			return e.void(void{}), nil
		}
		body, err = e.entity(a, shape, true)
	case *collection:
		if body, err = e.page(a, q, shape); err != nil {
			return nil, err
		}
	case result:
		return e.result(a), nil
	case void, nil:
		v, _ := a.(void)
		return e.void(v), nil
	default:
		panic("spoapi: a handler returned something that is no answer")
	}
	if e.mode == verbose {
		body = odata.Object{{Name: "d", Value: body}}
	}
	return body, err
}

func (e encoder) void(v void) odata.Object {
	switch e.mode {
	case verbose:
		if v.name == "" {
			return odata.Object{{Name: "d", Value: nil}}
		}
		return odata.Object{{Name: "d", Value: odata.Object{{Name: v.name, Value: nil}}}}
	case version4, version4None:
		return odata.Object{{Name: "@odata.null", Value: true}}
	case minimal:
		return odata.Object{{Name: "odata.metadata", Value: e.web + "/_api/$metadata#Edm.Null"}, {Name: "odata.null", Value: true}}
	case nometadata:
	}
	return odata.Object{{Name: "odata.null", Value: true}}
}

// result writes a function's value: a complex one flat, others below value; verbose below the function's name.
func (e encoder) result(r result) odata.Object {
	value := e.value(r.value, r.kind)
	web := r.web
	if web == "" {
		web = e.web
	}
	if e.mode == verbose {
		return odata.Object{{Name: "d", Value: odata.Object{{Name: r.name, Value: value}}}}
	}
	body, complexValue := value.(odata.Object)
	if !complexValue {
		body = odata.Object{{Name: "value", Value: value}}
	}
	switch e.mode {
	case minimal:
		body = append(odata.Object{{Name: "odata.metadata", Value: web + "/_api/$metadata#" + r.kind}}, body...)
	case version4:
		body = append(odata.Object{{Name: "@odata.context", Value: web + "/_api/$metadata#" + r.kind}}, body...)
	case nometadata, verbose, version4None:
	}
	return body
}

// page writes a collection, after the options that it has not applied itself.
func (e encoder) page(p *collection, q *odata.Query, s odata.Shape) (odata.Object, error) {
	items := p.items
	if !p.paged {
		items = narrow(items, q)
	}
	rows, err := e.rows(items, s)
	if err != nil {
		return nil, err
	}
	web := p.web
	if web == "" {
		web = e.web
	}
	var body odata.Object
	switch e.mode {
	case verbose:
		body = odata.Object{{Name: "results", Value: rows}}
		if p.next != "" {
			body = append(body, odata.Member{Name: "__next", Value: p.next})
		}
		return body, nil
	case version4, version4None:
		if e.mode == version4 {
			body = odata.Object{{Name: "@odata.context", Value: web + "/_api/$metadata#" + setName(p.kind)}}
		}
		if p.next != "" {
			body = append(body, odata.Member{Name: "@odata.nextLink", Value: p.next})
		}
	case minimal, nometadata:
		if e.mode == minimal {
			body = odata.Object{{Name: "odata.metadata", Value: web + "/_api/$metadata#" + setName(p.kind)}}
		}
		if p.next != "" {
			body = append(body, odata.Member{Name: "odata.nextLink", Value: p.next})
		}
	}
	return append(body, odata.Member{Name: "value", Value: rows}), nil
}

func (e encoder) rows(items []*entity, s odata.Shape) ([]odata.Object, error) {
	rows := make([]odata.Object, 0, len(items))
	for _, x := range items {
		row, err := e.entity(x, s, false)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// setName is a type's name in the address of the metadata: SP.User → SP.ApiData.Users.
func setName(kind string) string {
	name, found := strings.CutPrefix(kind, "SP.")
	switch {
	case strings.HasPrefix(name, "Data."):
		return "SP.ListData." + strings.TrimPrefix(name, "Data.") + "s"
	case !found:
		return kind + "s"
	case strings.HasPrefix(name, "Directory.") || strings.HasSuffix(name, "s"):
		return "SP.ApiData." + name
	}
	return "SP.ApiData." + name + "s"
}
