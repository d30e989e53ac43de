package spoapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// A query that is read prints as one that reads to the same; a refused one leaves nothing.
func FuzzKQL(f *testing.F) {
	for _, s := range []string{
		"", "*", "a", `"a b"*`, "title:x author:(a OR b)", "-a +b NOT c", "(a OR b) c", "size:1..2", "path:https://x/y", "a NEAR(2) b", `t<>"`, "é:ü*", "a::b", "x=(",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseKQL(s)
		if err != nil {
			if n != nil || problem.KindOf(err) != problem.Invalid {
				t.Fatalf("%q: %v, %v", s, n, err)
			}
			return
		}
		if n == nil {
			return
		}
		n.match(paper{"text": s, "title": s, "size": int64(1)})
		printed := n.String()
		again, err := parseKQL(printed)
		if err != nil && len(printed) < maxKQL && strings.Count(printed, "(") < maxKQLDepth {
			t.Fatalf("%q prints as %q: %v", s, printed, err)
		}
		if again != nil && again.String() != printed {
			t.Fatalf("%q prints as %q and then as %q", s, printed, again.String())
		}
	})
}

func FuzzCAML(f *testing.F) {
	for _, s := range []string{
		"", "<View/>", "<View><RowLimit>3</RowLimit></View>", "<View Scope='RecursiveAll'><Query><Where><And><Eq><FieldRef Name='a'/><Value Type='Text'>x</Value></Eq><IsNull><FieldRef Name='b'/></IsNull></And></Where><OrderBy><FieldRef Name='c' Ascending='FALSE'/></OrderBy></Query></View>",
		"<Query><Where><In><FieldRef Name='a'/><Values><Value Type='Number'>1</Value></Values></In></Where></Query>", "<View><View>", "<!DOCTYPE x [<!ENTITY a 'b'>]><View>&a;</View>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parseCAML(s)
		if err != nil {
			if problem.KindOf(err) != problem.Invalid || v.Where != nil {
				t.Fatalf("%q: %+v, %v", s, v, err)
			}
			return
		}
		if v.Where != nil {
			odata.Eval(v.Where, odata.Object{{Name: "a", Value: s}})
		}
	})
}

// Whatever stands behind _api, the tree answers with an operation or with a failure that has words.
func FuzzAPI(f *testing.F) {
	for _, s := range []string{
		"GET web", "GET web/lists(guid'0a1b2c3d-0000-1111-2222-333344445555')/items(1)", "POST web/getFolderByServerRelativeUrl('/a/b')/Files/Add(url='x',overwrite=true)?x",
		"GET web/siteusers(@v)?@v='a%27%27b'", "POST web/roleassignments/addroleassignment(principalid='5',roledefid=3)", "GET search/query?querytext='a'",
		"GET web/GetFileByServerRelativePath(decodedUrl='/a%2Fb''c')/$value", "PATCH web/lists('", "GET web/lists/getbytitle(%27a/b%27)/items?$select=a/b&$expand=a&$filter=x eq 'y'",
	} {
		f.Add(s)
	}
	tree, err := newTree()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		method, url, _ := strings.Cut(s, " ")
		raw, options, _ := strings.Cut(url, "?")
		_, rest, _ := splitAPI("/sites/x/_api/" + raw)
		path, err := odata.ParsePath(rest, odata.SharePoint)
		var query *odata.Query
		if err == nil {
			query, err = odata.ParseQuery(options, odata.SharePoint)
		}
		if err == nil {
			_, err = tree.Match(method, path, query)
		}
		if err == nil {
			return
		}
		w, _ := said(err)
		if w.status < 400 || w.status == http.StatusInternalServerError || w.text == "" || len(w.text) > 1024 {
			t.Fatalf("%q: %d %q", s, w.status, w.text)
		}
	})
}

// A batch is read into requests of our own host, or refused.
func FuzzBatch(f *testing.F) {
	f.Add(batchBody("GET /_api/web"))
	f.Add("--b\n--b--\n")
	f.Add("--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n\r\nPOST https://contoso.sharepoint.com/_api/web HTTP/1.1\r\n\r\n{}\r\n--c--\r\n--b--\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		r, err := http.NewRequest(http.MethodPost, siteURL+"/_api/$batch", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "multipart/mixed; boundary=b")
		r.Header.Set("Authorization", "Bearer the-outer")
		parts, err := readBatch(r, []byte(body))
		if err != nil && (len(parts) > 0 || problem.KindOf(err) != problem.Invalid && problem.KindOf(err) != problem.TooLarge) {
			t.Fatalf("%d parts and %v", len(parts), err)
		}
		for _, p := range parts {
			if p.Header.Get("Authorization") != "Bearer the-outer" {
				t.Fatalf("a part brings a caller of its own: %v", p.Header)
			}
		}
	})
}
