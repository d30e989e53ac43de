package spoapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
)

// book is an entity with everything that dialects treat differently.
func book() *entity {
	type wireBook struct {
		Title   string    `json:"Title"`
		Token   wireToken `json:"Token"`
		Tags    []string  `json:"Tags"`
		Created time.Time `json:"Created"`
		Nothing *string   `json:"Nothing"`
		Secret  int       `json:"Secret" odata:"select"`
	}
	author := &entity{kind: "SP.User", web: "https://x", path: "Web/GetUserById(1)", props: odata.Object{{Name: "Id", Value: 1}, {Name: "Title", Value: "Ann"}}}
	return &entity{
		kind: "SP.Book", web: "https://x", path: "Web/Books(1)", etag: `"2"`,
		props: wireBook{Title: "<Moby>", Token: wireToken{"1;3"}, Tags: []string{"sea"}, Created: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Secret: 7},
		links: []link{
			{"Author", func() (any, error) { return author, nil }},
			{"Shelf", func() (any, error) { return nil, nil }},
			{"Pages", func() (any, error) { return &collection{kind: "SP.User", items: []*entity{author}}, nil }},
		},
	}
}

func TestEncodeEntity(t *testing.T) {
	t.Parallel()
	const plain = `"Title":"<Moby>","Token":{"StringValue":"1;3"},"Tags":["sea"],"Created":"2026-01-02T03:04:05Z","Nothing":null`
	for name, tt := range map[string]struct {
		mode  mode
		query string
		want  string
	}{
		"nometadata":                 {nometadata, "", `{` + plain + `}`},
		"version 4 without metadata": {version4None, "", `{` + plain + `}`},
		"minimal":                    {minimal, "$select=Title", `{"odata.metadata":"https://x/_api/$metadata#SP.ApiData.Books/@Element","odata.type":"SP.Book","odata.id":"https://x/_api/Web/Books(1)","odata.etag":"\"2\"","odata.editLink":"Web/Books(1)","Title":"<Moby>"}`},
		"version 4":                  {version4, "$select=Title", `{"@odata.context":"https://x/_api/$metadata#SP.ApiData.Books/@Element","@odata.type":"#SP.Book","@odata.id":"https://x/_api/Web/Books(1)","@odata.etag":"\"2\"","@odata.editLink":"Web/Books(1)","Title":"<Moby>"}`},
		"verbose": {verbose, "$select=Token,Tags,Author", `{"d":{"__metadata":{"id":"https://x/_api/Web/Books(1)","uri":"https://x/_api/Web/Books(1)","etag":"\"2\"","type":"SP.Book"},` +
			`"Token":{"__metadata":{"type":"SP.ChangeToken"},"StringValue":"1;3"},"Tags":{"__metadata":{"type":"Collection(Edm.String)"},"results":["sea"]},"Author":{"__deferred":{"uri":"https://x/_api/Web/Books(1)/Author"}}}}`},
		"what is hidden comes when selected, in any case": {nometadata, "$select=secret", `{"Secret":7}`},
		"expansion within a selection":                    {nometadata, "$select=Title,Author/Title&$expand=Author", `{"Title":"<Moby>","Author":{"Title":"Ann"}}`},
		"an empty navigation property":                    {nometadata, "$select=Shelf&$expand=Shelf", `{"Shelf":{"odata.null":true}}`},
		"an empty one, verbose":                           {verbose, "$select=Shelf&$expand=Shelf", `{"d":{"__metadata":{"id":"https://x/_api/Web/Books(1)","uri":"https://x/_api/Web/Books(1)","etag":"\"2\"","type":"SP.Book"},"Shelf":null}}`},
		"an expanded collection":                          {nometadata, "$select=Pages/Id&$expand=Pages", `{"Pages":[{"Id":1}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := encodeAll(tt.mode, book(), tt.query)
			if err != nil || got != tt.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, tt.want)
			}
		})
	}
}

func encodeAll(m mode, answer any, query string) (string, error) {
	q, err := odata.ParseQuery(query, odata.SharePoint)
	if err != nil {
		return "", err
	}
	top, err := encoder{mode: m, web: "https://x"}.top(answer, q)
	if err != nil {
		return "", err
	}
	b, err := odata.Project(top, odata.Shape{})
	return string(b), err
}

func TestEncodeOthers(t *testing.T) {
	t.Parallel()
	names := func() *collection {
		c := &collection{kind: "SP.User", next: "https://x/next"}
		for n, s := range []string{"b", "a", "c"} {
			c.items = append(c.items, &entity{kind: "SP.User", web: "https://x", path: "U", props: odata.Object{{Name: "Id", Value: n}, {Name: "Title", Value: s}}})
		}
		return c
	}
	for name, tt := range map[string]struct {
		mode   mode
		answer any
		query  string
		want   string
	}{
		"a collection, filtered, sorted, cut": {nometadata, names(), "$filter=Title ne 'c'&$orderby=Title&$top=1&$select=Title", `{"odata.nextLink":"https://x/next","value":[{"Title":"a"}]}`},
		"a collection, skipping":              {version4None, names(), "$skip=2&$select=Title", `{"@odata.nextLink":"https://x/next","value":[{"Title":"c"}]}`},
		"a collection, verbose":               {verbose, &collection{kind: "SP.User", next: "n"}, "", `{"d":{"results":[],"__next":"n"}}`},
		"a collection, minimal":               {minimal, &collection{kind: "SP.User"}, "", `{"odata.metadata":"https://x/_api/$metadata#SP.ApiData.Users","value":[]}`},
		"a primitive":                         {nometadata, result{name: "F", kind: "Edm.Boolean", value: true}, "", `{"value":true}`},
		"a primitive, verbose":                {verbose, result{name: "F", kind: "Edm.Boolean", value: true}, "", `{"d":{"F":true}}`},
		"a primitive, minimal":                {minimal, result{name: "F", kind: "Edm.Boolean", value: true}, "", `{"odata.metadata":"https://x/_api/$metadata#Edm.Boolean","value":true}`},
		"a complex value":                     {nometadata, result{name: "F", kind: "SP.ChangeToken", value: wireToken{"x"}}, "", `{"StringValue":"x"}`},
		"a complex value, verbose":            {verbose, result{name: "F", kind: "SP.ChangeToken", value: wireToken{"x"}}, "", `{"d":{"F":{"__metadata":{"type":"SP.ChangeToken"},"StringValue":"x"}}}`},
		"complex values":                      {nometadata, result{name: "F", value: []wireToken{{"x"}}}, "", `{"value":[{"StringValue":"x"}]}`},
		"complex values, verbose":             {verbose, result{name: "F", value: []wireToken{{"x"}}}, "", `{"d":{"F":{"__metadata":{"type":"Collection(SP.ChangeToken)"},"results":[{"__metadata":{"type":"SP.ChangeToken"},"StringValue":"x"}]}}}`},
		"nothing returned":                    {nometadata, void{"F"}, "", `{"odata.null":true}`},
		"nothing returned, verbose":           {verbose, void{"F"}, "", `{"d":{"F":null}}`},
		"nothing returned, version 4":         {version4None, void{"F"}, "", `{"@odata.null":true}`},
		"a null entity":                       {nometadata, (*entity)(nil), "", `{"odata.null":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := encodeAll(tt.mode, tt.answer, tt.query)
			if err != nil || got != tt.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, tt.want)
			}
		})
	}
}

func TestModeOf(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]mode{
		"":                                        minimal,
		"application/json":                        minimal,
		"application/json;odata=nometadata":       nometadata,
		"application/json; odata=verbose":         verbose,
		"application/json;odata=minimalmetadata":  minimal,
		"application/json;odata.metadata=none":    version4None,
		"application/json;odata.metadata=minimal": version4,
	} {
		r := &http.Request{Header: http.Header{"Accept": {accept}}}
		if got := modeOf(r); got != want {
			t.Errorf("%q is %v, want %v", accept, got, want)
		}
		if want < version4 && want != minimal && !strings.Contains(want.contentType(), "odata=") {
			t.Errorf("%v calls itself %s", want, want.contentType())
		}
	}
	four := &http.Request{Header: http.Header{"Accept": {"application/json"}, "Odata-Version": {"4.0"}}}
	if got := modeOf(four); got != version4 {
		t.Errorf("version 4 by header is %v", got)
	}
}

// Every operation answers in each dialect with something that says what it is; see also the cases of the resources.
func TestPropertiesByPath(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for path, want := range map[string]string{
		"web/Title":                    `{"value":"Marketing"}`,
		"web/title/$value":             `Marketing`,
		"web/HasUniqueRoleAssignments": `{"value":true}`,
		"site/GroupId":                 `{"value":"` + zeroGUID + `"}`,
		"web/lists/getByTitle('Documents')/BaseTemplate": `{"value":101}`,
		"web/RootFolder/ServerRelativeUrl":               `{"value":"/sites/marketing"}`,
	} {
		if status, got := h.text("GET", path, ask{}); status != 200 || got != want {
			t.Errorf("%s: %d %s, want %s", path, status, got, want)
		}
	}
	if status, got := h.text("POST", "web/HasUniqueRoleAssignments", ask{accept: "verbose"}); status != 200 || got != `{"d":{"HasUniqueRoleAssignments":true}}` {
		t.Errorf("by POST: %d %s", status, got)
	}
	if status, _ := h.text("GET", "web/Nonsense", ask{}); status != 404 {
		t.Errorf("an unknown property: %d", status)
	}
}

func TestKindNames(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"SP.User": "SP.ApiData.Users", "SP.Data.Shared_x0020_DocumentsItem": "SP.ListData.Shared_x0020_DocumentsItems",
		"Microsoft.SharePoint.Webhooks.Subscription": "Microsoft.SharePoint.Webhooks.Subscriptions", "SP.PropertyValues": "SP.ApiData.PropertyValues",
	} {
		if got := setName(kind); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}
