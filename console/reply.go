package console

import (
	"bytes"
	"io"
	"net/http"
)

// reply is what a page shows: a view, a file, or the way to another page.
type reply interface {
	render(c *call) (response, error)
}

// response is a reply on its way out, the transaction over.
type response struct {
	status int
	header http.Header
	body   []byte
	more   io.Reader // after the body, nil for nothing
}

// file is a reply that a browser keeps.
type file struct {
	Name, Type string
	Body       []byte
	Content    io.Reader // in place of Body
}

func (f file) render(*call) (response, error) {
	h := http.Header{}
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", disposition(f.Name))
	h.Set("Cache-Control", "no-store")
	return response{status: http.StatusOK, header: h, body: f.Body, more: f.Content}, nil
}

// elsewhere is a reply that leads to another page of the world.
type elsewhere string

func (e elsewhere) render(c *call) (response, error) {
	h := http.Header{}
	h.Set("Location", local(c.To(string(e))))
	return response{status: http.StatusSeeOther, header: h}, nil
}

// view is a reply in HTML: a template with its data, in the layout.
type view struct {
	Template string // file in templates/, without .html
	Title    string // "" is the page's
	Data     any
	Status   int  // 0 is 200
	Wide     bool // takes the whole width of the window
}

func (v view) render(c *call) (response, error) {
	if v.Title == "" {
		v.Title = c.page.Title
	}
	if v.Status == 0 {
		v.Status = http.StatusOK
	}
	const usual = 24 << 10 // bytes of a page; one that grew step by step would cost twice that
	b := bytes.NewBuffer(make([]byte, 0, usual))
	s := screen{frame: c.frame(v), call: c, Data: v.Data}
	if err := templateOf(v.Template).ExecuteTemplate(b, "layout", s); err != nil {
		return response{}, err
	}
	h := http.Header{}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	return response{status: v.Status, header: h, body: b.Bytes()}, nil
}
