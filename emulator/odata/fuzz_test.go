package odata_test

import (
	"reflect"
	"testing"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// refused checks what every parser owes when it fails: an error of the vocabulary.
func refused(t *testing.T, err error) {
	t.Helper()
	if k := problem.KindOf(err); k != problem.Invalid && k != problem.TooLarge {
		t.Fatalf("an error of another kind: %v", err)
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{
		"/me/drive/root:/a/b.txt:/children", "/drives/b%21x/items/root%3A%2Fdir%2Fa.bin%3A%2Fcontent", "/users('a''b')",
		"/Web/GetFolderByServerRelativeUrl%28%27/sites/x/A%20B%27%29/Files/Add%28overwrite=true,url=%27a%27%29",
		"/sites/h:/sites/x:/drive/root:/:/children", "/lists(guid'0a1b2c3d-0000-1111-2222-333344445555')/f(@a)", "/root:/50%25'(1)", "0:/0::",
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, sharePoint bool) {
		d := odata.Graph
		if sharePoint {
			d = odata.SharePoint
		}
		got, err := odata.ParsePath(s, d)
		if err != nil {
			refused(t, err)
			if got != nil {
				t.Fatalf("%q: an error with %v", s, got)
			}
			return
		}
		printed := odata.FormatPath(got)
		if len(printed) > odata.MaxPath {
			return
		}
		again, err := odata.ParsePath(printed, d)
		if err != nil {
			t.Fatalf("%q prints %q: %v", s, printed, err)
		}
		for _, segments := range [][]odata.Segment{got, again} {
			for i := range segments {
				segments[i].Raw = ""
			}
		}
		if len(got)+len(again) > 0 && !reflect.DeepEqual(got, again) {
			t.Fatalf("%q prints %q:\n%+v\n%+v", s, printed, got, again)
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{
		"a eq 'b' and not (c/d ne null)", "identities/any(i:i/issuer eq 'a' or i/x in ('b',5,true))", "startswith(a,'b') eq true",
		"a ge 2020-01-02T03:04:05.6+02:00 or b lt -1.5e3M", "a eq guid'0A1B2C3D-0000-1111-2222-333344445555'", "x/$count gt 0x",
		"substring(mail,2,3) has 'x'", "flags has 4 and created le datetime'2020-03-04T05:06:07'",
	} {
		f.Add(s)
	}
	r := sample()
	f.Fuzz(func(t *testing.T, s string) {
		e, err := odata.ParseFilter(s)
		if err != nil {
			refused(t, err)
			if e != nil {
				t.Fatalf("%q: an error with %v", s, e)
			}
			return
		}
		holds := odata.Eval(e, r)
		printed := e.String()
		if len(printed) > odata.MaxFilter {
			return
		}
		again, err := odata.ParseFilter(printed)
		if err != nil {
			if problem.ReasonOf(err) == problem.LimitExceeded {
				return // parentheses that printing adds count as depth
			}
			t.Fatalf("%q prints %q: %v", s, printed, err)
		}
		if again.String() != printed {
			t.Fatalf("%q prints %q, then %q", s, printed, again)
		}
		if odata.Eval(again, r) != holds {
			t.Fatalf("%q holds %v, its print %q does not agree", s, holds, printed)
		}
	})
}

func FuzzParseSearch(f *testing.F) {
	for _, s := range []string{`"displayName:x" AND "mail:y" OR NOT (a "b\"c")`, `"a:b:c"`, `ORANGE AND"x"`, `"é/a:b"`, "\r"} {
		f.Add(s)
	}
	r := sample()
	f.Fuzz(func(t *testing.T, s string) {
		e, err := odata.ParseSearch(s)
		if err != nil {
			refused(t, err)
			if e != nil {
				t.Fatalf("%q: an error with %v", s, e)
			}
			return
		}
		holds := odata.MatchSearch(e, r, "displayName")
		printed := e.String()
		if len(printed) > odata.MaxSearch {
			return
		}
		again, err := odata.ParseSearch(printed)
		if err != nil {
			if problem.ReasonOf(err) == problem.LimitExceeded {
				return
			}
			t.Fatalf("%q prints %q: %v", s, printed, err)
		}
		if again.String() != printed || odata.MatchSearch(again, r, "displayName") != holds {
			t.Fatalf("%q prints %q, then %q", s, printed, again)
		}
	})
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{
		"$select=id,a/b,*&$expand=x($select=y;$top=5;$filter=a eq 'b;)'),z/w&$orderby=a desc", "$top=5&%24count=true&token=x&@a='y'",
		"$filter=a+eq+'b%27%27c'&$search=%22a:b%22&$skiptoken=x%3d", "select=id&filter=a&$format=json",
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, sharePoint bool) {
		d := odata.Graph
		if sharePoint {
			d = odata.SharePoint
		}
		q, err := odata.ParseQuery(s, d)
		if err != nil {
			refused(t, err)
			if q != nil {
				t.Fatalf("%q: an error with %v", s, q)
			}
			return
		}
		printed := q.Encode()
		again, err := odata.ParseQuery(printed, d)
		if err != nil {
			if r := problem.ReasonOf(err); r == problem.LimitExceeded {
				return
			}
			t.Fatalf("%q prints %q: %v", s, printed, err)
		}
		if got := again.Encode(); got != printed {
			t.Fatalf("%q prints %q, then %q", s, printed, got)
		}
		if again.Hash() != q.Hash() {
			t.Fatalf("%q and its print %q have different hashes", s, printed)
		}
	})
}

func FuzzDecodeSkipToken(f *testing.F) {
	f.Add(odata.SkipToken{After: []string{"a", "b"}}.Encode())
	f.Fuzz(func(t *testing.T, s string) {
		q := &odata.Query{SkipToken: s}
		token, err := q.DecodeSkipToken()
		if err != nil {
			refused(t, err)
			if token.After != nil || token.Options != 0 {
				t.Fatalf("%q: an error with %v", s, token)
			}
			return
		}
		if again := token.Encode(); again != s {
			t.Fatalf("%q comes back as %q", s, again)
		}
	})
}
