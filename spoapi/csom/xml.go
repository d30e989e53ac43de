package csom

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// The limits of a request; the first one is the service's own.
const (
	MaxBody     = 2 << 20 // bytes
	maxDepth    = 24      // nesting of elements
	maxElements = 20000
)

// element is a node of the request's XML.
type element struct {
	name     string
	attrs    map[string]string
	text     string
	children []*element
}

func (e *element) child(name string) *element {
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// readXML reads a document into elements. It refuses document types, foreign encodings and what exceeds the limits.
func readXML(r io.Reader) (*element, error) {
	limited := &io.LimitedReader{R: r, N: MaxBody + 1}
	d := xml.NewDecoder(limited)
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "us-ascii") {
			return in, nil
		}
		return nil, errors.New("unknown encoding")
	}
	var (
		root  *element
		stack []*element
		count int
	)
	for {
		t, err := d.Token()
		if limited.N <= 0 {
			return nil, clientFault("The request message is too big.")
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, schemaFault("The request is not well-formed XML.")
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, schemaFault("A document type is not allowed.")
		case xml.StartElement:
			if count++; count > maxElements || len(stack) >= maxDepth {
				return nil, clientFault("The request uses too many resources.")
			}
			e := &element{name: t.Name.Local, attrs: attributes(t.Attr)}
			switch {
			case len(stack) > 0:
				parent := stack[len(stack)-1]
				parent.children = append(parent.children, e)
			case root != nil:
				return nil, schemaFault("The request has more than one root element.")
			default:
				root = e
			}
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(t)
			}
		}
	}
	if root == nil {
		return nil, schemaFault("Root element is missing.")
	}
	return root, nil
}

func attributes(list []xml.Attr) map[string]string {
	m := make(map[string]string, len(list))
	for _, a := range list {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			continue
		}
		m[a.Name.Local] = a.Value
	}
	return m
}
