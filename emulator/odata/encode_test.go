package odata_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
)

// TestStrings holds that every byte, wherever it stands among others, is written as encoding/json writes it.
func TestStrings(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for at := range 17 {
			for _, behind := range []int{0, 3, 8} {
				s := strings.Repeat("x", at) + string([]byte{byte(c)}) + strings.Repeat("y", behind)
				got, err := odata.Project(odata.Object{{Name: "s", Value: s}}, odata.Shape{})
				if err != nil {
					t.Fatal(err)
				}
				var back struct{ S string }
				if err := json.Unmarshal(got, &back); err != nil {
					t.Fatalf("%q: %v", got, err)
				}
				if want := strings.ToValidUTF8(s, "\ufffd"); back.S != want {
					t.Errorf("%q came back as %q", want, back.S)
				}
			}
		}
	}
}

type nullable struct {
	Text string    `json:"text" odata:"null"`
	At   time.Time `json:"at" odata:"null"`
	More string    `json:"more" odata:"select,null"`
}

// TestNull holds that a property of that kind is null where it is empty, on the wire and in filters.
func TestNull(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for want, v := range map[string]nullable{
		`{"text":null,"at":null}`:                  {},
		`{"text":"a","at":"2026-01-02T03:04:05Z"}`: {Text: "a", At: at},
	} {
		got, err := odata.Project(v, odata.Shape{})
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
	got, err := odata.Project(nullable{}, odata.Shape{Select: odata.Select{"more"}})
	if err != nil || string(got) != `{"more":null}` {
		t.Errorf("selected: %s, %v", got, err)
	}
	if v, ok := odata.ResourceOf(nullable{}).Property("text"); v != nil || !ok {
		t.Errorf("a filter sees %v, %v", v, ok)
	}
	if v, _ := odata.ResourceOf(nullable{Text: "a"}).Property("text"); v != "a" {
		t.Errorf("a filter sees %v", v)
	}
}

// TestRows holds that a collection written entry by entry is the same as one written at once, also where all entries stand
// in one place in turn.
func TestRows(t *testing.T) {
	t.Parallel()
	shape := odata.Shape{Select: odata.Select{"text", "more"}}
	all := []nullable{{Text: "a"}, {Text: "b", More: "c"}}
	want, err := odata.AppendJSON([]byte("front"), all, shape)
	if err != nil {
		t.Fatal(err)
	}
	rows := odata.NewRows([]byte("front"), shape)
	var one nullable
	for _, one = range all {
		if err := rows.Append(&one); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Append(make(chan int)); err == nil {
		t.Error("what has no JSON was added")
	}
	if got := rows.JSON(); !bytes.Equal(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := odata.NewRows(nil, odata.Shape{}).JSON(); string(got) != "[]" {
		t.Errorf("no entries are %s", got)
	}
}
