package odata_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// trail is the context of the test trees: what was looked up, in order.
type trail struct{ steps []string }

type (
	node      = odata.Node[*trail]
	child     = odata.Child[*trail]
	operation = odata.Operation[*trail]
	key       = odata.Key[*trail]
)

var errNone = problem.New(problem.NotFound, problem.ItemNotFound, "none")

// told answers with what the handler was told.
func told(name string) func(*trail, *odata.Call) (any, error) {
	return func(_ *trail, call *odata.Call) (any, error) {
		s := fmt.Sprintf("%s %v", name, call.Value)
		for _, a := range call.Args {
			s += " " + a.Name + "=" + a.Value.String()
		}
		for _, x := range []struct {
			is   bool
			text string
		}{
			{call.Property != "", " ." + call.Property},
			{call.RawValue, " raw"},
			{call.Count, " count"},
			{call.Cast != "", " as " + call.Cast},
			{call.Missing != "", " missing " + call.Missing},
		} {
			if x.is {
				s += x.text
			}
		}
		return s, nil
	}
}

func op(method, segment, name string, params ...string) operation {
	return operation{Name: name, Method: method, Segment: segment, Params: params, Handler: told(name)}
}

// below resolves a key or path by writing it behind the parent; "none" is not found.
func below(c *trail, parent any, name string) (any, error) {
	c.steps = append(c.steps, name)
	if strings.HasSuffix(name, "none") {
		return nil, errNone
	}
	if parent == nil {
		parent = ""
	}
	return fmt.Sprintf("%s>%s", parent, name), nil
}

func byKey(of string, alternates ...string) key {
	return key{Of: of, Alternates: alternates, Resolve: func(c *trail, parent any, p odata.Predicate) (any, error) {
		return below(c, parent, p.Name+p.Text())
	}}
}

func named(name string) func(*trail, any, odata.Args) (any, error) {
	return func(c *trail, parent any, args odata.Args) (any, error) {
		full := name
		for _, a := range args {
			full += ":" + a.Value.Text()
		}
		return below(c, parent, full)
	}
}

func graphTree(t *testing.T) *odata.Tree[*trail] {
	t.Helper()
	users := op("GET", "", "users.list")
	users.Countable = true
	content := op("PUT", "content", "item.upload")
	content.Creates = true
	tree, err := odata.NewTree(odata.Graph,
		node{Name: "root", Children: []child{
			{Name: "users", Of: "users"},
			{Name: "me", Of: "user", Resolve: named("me")},
			{Name: "sites", Of: "sites"},
			{Name: "drives", Of: "drives"},
			{Name: "roles", Of: "roles"},
		}, NotEmulated: []string{"teams"}},
		node{
			Name: "users", Key: byKey("user", "userPrincipalName"), Casts: []string{"user"},
			Operations: []operation{users, op("POST", "", "users.create"), op("GET", "delta", "users.delta", "token")},
		},
		node{
			Name: "user", Properties: []string{"displayName"}, NotEmulated: []string{"messages"},
			Children:   []child{{Name: "drive", Of: "drive", Resolve: named("drive")}},
			Operations: []operation{op("GET", "", "user.get"), op("PATCH", "", "user.update")},
		},
		node{Name: "roles", Key: byKey("role", "roleTemplateId")},
		node{Name: "role", Children: []child{{Name: "members", Of: "members"}}, Operations: []operation{op("GET", "", "role.get")}},
		node{Name: "members", Key: byKey("member"), Operations: []operation{op("POST", "$ref", "members.add")}},
		node{Name: "member", Extends: "user", Operations: []operation{op("DELETE", "$ref", "members.remove"), op("GET", "", "member.get")}},
		node{Name: "sites", Key: byKey("site")},
		node{
			Name: "site", Path: func(c *trail, self any, p string) (any, error) { return below(c, self, p) },
			Children:   []child{{Name: "drive", Of: "drive", Resolve: named("drive")}},
			Operations: []operation{op("GET", "", "site.get")},
		},
		node{Name: "drives", Key: byKey("drive")},
		node{
			Name: "drive", Operations: []operation{op("GET", "", "drive.get")},
			Children: []child{{Name: "root", Of: "driveItem", Resolve: named("root")}, {Name: "items", Of: "items"}},
		},
		node{Name: "items", Key: byKey("driveItem")},
		node{
			Name: "driveItem", Path: func(c *trail, self any, p string) (any, error) { return below(c, self, p) },
			Children: []child{{Name: "children", Of: "children"}},
			Operations: []operation{
				op("GET", "", "item.get"), op("GET", "delta", "item.delta", "token"), op("GET", "content", "item.download"),
				op("POST", "createLink", "item.createLink"), op("GET", "search", "item.search", "q"), content,
			},
		},
		node{Name: "children", Key: byKey("driveItem"), Operations: []operation{op("GET", "", "item.children")}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func do(t *testing.T, tree *odata.Tree[*trail], d odata.Dialect, method, url string) (string, error) {
	t.Helper()
	path, raw, _ := strings.Cut(url, "?")
	segments, err := odata.ParsePath(path, d)
	if err != nil {
		return "", err
	}
	q, err := odata.ParseQuery(raw, d)
	if err != nil {
		return "", err
	}
	m, err := tree.Match(method, segments, q)
	if err != nil {
		return "", err
	}
	got, err := m.Do(&trail{})
	if err != nil {
		return "", err
	}
	return got.(string), nil
}

func TestMatchGraph(t *testing.T) {
	t.Parallel()
	tree := graphTree(t)
	for in, want := range map[string]string{
		"GET /users":                                    "users.list <nil>",
		"HEAD /users":                                   "users.list <nil>",
		"GET /users/$count":                             "users.list <nil> count",
		"GET /users/microsoft.graph.user":               "users.list <nil> as user",
		"GET /users/graph.user":                         "users.list <nil> as user",
		"GET /users/microsoft.graph.user/$count":        "users.list <nil> count as user",
		"GET /users/delta":                              "users.delta <nil>",
		"GET /users/microsoft.graph.delta":              "users.delta <nil>",
		"GET /users/microsoft.graph.delta()":            "users.delta <nil>",
		"GET /users/delta(token='x')":                   "users.delta <nil> token='x'",
		"GET /users/delta?token=1e5":                    "users.delta <nil> token=1e5",
		"GET /users/delta(token=007)":                   "users.delta <nil> token=007",
		"GET /users/delta?token=latest":                 "users.delta <nil> token=latest",
		"GET /users/a@b.c":                              "user.get >a@b.c",
		"GET /users('a@b.c')":                           "user.get >a@b.c",
		"GET /users(id='a')":                            "user.get >a",
		"GET /users(userPrincipalName='a')":             "user.get >userPrincipalNamea",
		"GET /users/a=b":                                "user.get >a=b",
		"PATCH /users/a":                                "user.update >a",
		"GET /users/a/displayName":                      "user.get >a .displayName",
		"GET /users/a/displayName/$value":               "user.get >a .displayName raw",
		"GET /me":                                       "user.get >me",
		"GET /roles/7":                                  "role.get >7",
		"GET /roles/roleTemplateId=7":                   "role.get >roleTemplateId7",
		"GET /roles(roleTemplateId='7')":                "role.get >roleTemplateId7",
		"POST /roles/7/members/$ref":                    "members.add >7",
		"DELETE /roles/7/members/a/$ref":                "members.remove >7>a",
		"GET /roles/7/members/a":                        "member.get >7>a",
		"PATCH /roles/7/members/a":                      "user.update >7>a",
		"GET /roles/7/members/a/drive":                  "drive.get >7>a>drive",
		"GET /sites/h:/sites/x":                         "site.get >h>/sites/x",
		"GET /sites/h%3A%2Fsites%2Fx":                   "site.get >h>/sites/x",
		"GET /sites/h:/sites/x:/drive":                  "drive.get >h>/sites/x>drive",
		"GET /sites/h:":                                 "site.get >h",
		"GET /me/drive/root:/a/b":                       "item.get >me>drive>root>/a/b",
		"GET /me/drive/root:/a/b:/delta(token='x')":     "item.delta >me>drive>root>/a/b token='x'",
		"GET /drives/d/items/i:/a:/children/c/children": "item.children >d>i>/a>c",
		"GET /drives/d/items/i/search(q='a b')":         "item.search >d>i q='a b'",
		"PUT /drives/d/items/i:/none:/content":          "item.upload >d>i missing /none",
		"PUT /drives/d/items/i:/a:/content":             "item.upload >d>i>/a",
		"PUT /drives/d/items/none/content":              "item.upload >d missing /none",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			method, url, _ := strings.Cut(in, " ")
			got, err := do(t, tree, odata.Graph, method, url)
			if err != nil || got != want {
				t.Errorf("got %s, %v; want %s", got, err, want)
			}
		})
	}
}

func TestMatchRefuses(t *testing.T) {
	t.Parallel()
	tree := graphTree(t)
	for in, want := range map[string]struct {
		reason problem.Reason
		target string
	}{
		"GET /nothing":                     {problem.UnknownSegment, "nothing"},
		"GET /nothing/x":                   {problem.UnknownSegment, "nothing"},
		"GET /Users":                       {problem.UnknownSegment, "Users"},
		"GET /users/a/nothing":             {problem.UnknownSegment, "nothing"},
		"GET /users/a/displayName/x":       {problem.UnknownSegment, "x"},
		"GET /users/$nothing":              {problem.UnknownSegment, "$nothing"},
		"GET /users/microsoft.graph.else":  {problem.UnknownSegment, "microsoft.graph.else"},
		"GET /me/$count":                   {problem.UnknownSegment, "$count"},
		"GET /me:/x":                       {problem.UnknownSegment, "me:"},
		"GET /me/drive/root/delta/x":       {problem.UnknownSegment, "x"},
		"GET /teams":                       {problem.FeatureNotEmulated, "teams"},
		"GET /users/a/messages/1":          {problem.FeatureNotEmulated, "messages"},
		"DELETE /users":                    {problem.MethodNotAllowed, "users"},
		"GET /drives":                      {problem.MethodNotAllowed, "drives"},
		"GET /":                            {problem.MethodNotAllowed, ""},
		"GET /me/drive/root/createLink":    {problem.MethodNotAllowed, "createLink"},
		"POST /users/$count":               {problem.UnknownSegment, "$count"},
		"GET /users(mail='a')":             {problem.Malformed, "mail"},
		"GET /users(a='a',b='b')":          {problem.Malformed, "users"},
		"GET /users/delta(x='y')":          {problem.Malformed, "x"},
		"GET /users/delta('a','b')":        {problem.Malformed, "delta"},
		"GET /users/delta(token=@t)":       {problem.Malformed, "@t"},
		"GET /users/delta(token=@t)?@t='":  {problem.Malformed, "@t"},
		"GET /drives/none/items/i":         {problem.ItemNotFound, ""},
		"PUT /drives/none/items/i/content": {problem.ItemNotFound, ""},
		"GET /drives/d/items/i:/none":      {problem.ItemNotFound, ""},
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			method, url, _ := strings.Cut(in, " ")
			got, err := do(t, tree, odata.Graph, method, url)
			if e := problem.As(err); got != "" || e.Reason != want.reason || e.Target != want.target {
				t.Errorf("got %q, %v %q; want %v %q", got, e.Reason, e.Target, want.reason, want.target)
			}
		})
	}
}

func sharePointTree(t *testing.T) *odata.Tree[*trail] {
	t.Helper()
	tree, err := odata.NewTree(odata.SharePoint,
		node{
			Name:       "api",
			Children:   []child{{Name: "web", Of: "web", Resolve: named("web")}, {Name: "SPO.Tenant", Of: "tenant"}},
			Operations: []operation{op("POST", "SP.Web.ShareObject", "share"), op("POST", "contextinfo", "contextinfo")},
		},
		node{Name: "tenant", Operations: []operation{op("GET", "GetSiteAdministrators", "admins", "siteId")}},
		node{
			Name: "web", Properties: []string{"Title", "HasUniqueRoleAssignments"},
			Operations: []operation{op("GET", "", "web.get")},
			Children: []child{
				{Name: "Lists", Of: "lists"},
				{Name: "SiteUsers", Of: "users"},
				{Name: "GetFolderByServerRelativePath", Of: "folder", Params: []string{"decodedUrl"}, Resolve: named("folder")},
				{Name: "GetFolderByServerRelativeUrl", Of: "folder", Params: []string{"url"}, Resolve: named("folder")},
			},
		},
		node{
			Name: "lists", Key: byKey("list"), Operations: []operation{op("GET", "", "lists.list")},
			Children: []child{{Name: "GetByTitle", Aliases: []string{"ByTitle"}, Of: "list", Params: []string{"title"}, Resolve: named("title")}},
		},
		node{Name: "list", Operations: []operation{op("GET", "", "list.get")}},
		node{Name: "users", Key: byKey("user"), Operations: []operation{op("GET", "", "users.list")}},
		node{Name: "user", Operations: []operation{op("GET", "", "user.get")}},
		node{Name: "folder", Children: []child{{Name: "Files", Of: "files"}}, Operations: []operation{op("GET", "", "folder.get")}},
		node{Name: "files", Operations: []operation{op("POST", "Add", "files.add", "url", "overwrite?"), op("POST", "Add", "files.addStub", "stub")}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestMatchSharePoint(t *testing.T) {
	t.Parallel()
	tree := sharePointTree(t)
	for in, want := range map[string]string{
		"GET /web":                           "web.get >web",
		"GET /WEB/title":                     "web.get >web .Title",
		"GET /web/Title/$value":              "web.get >web .Title raw",
		"POST /web/HasUniqueRoleAssignments": "web.get >web .HasUniqueRoleAssignments",
		"POST /sp.web.shareobject":           "share <nil>",
		"POST /ContextInfo":                  "contextinfo <nil>",
		"GET /web/lists":                     "lists.list >web",
		"GET /Web/Lists(guid'0A1B2C3D-0000-1111-2222-333344445555')": "list.get >web>0a1b2c3d-0000-1111-2222-333344445555",
		"GET /web/lists('x')":                                                "list.get >web>x",
		"GET /web/lists/getbytitle('a')":                                     "list.get >web>title:a",
		"GET /web/lists/byTitle(title='a')":                                  "list.get >web>title:a",
		"GET /web/lists(@a)?@a='x'":                                          "list.get >web>x",
		"GET /web/siteusers(@v)?@V='i%3A0%23.f%7Cm'":                         "user.get >web>i:0#.f|m",
		"GET /web/getFolderByServerRelativePath(DecodedUrl='/a/b')":          "folder.get >web>folder:/a/b",
		"GET /web/getFolderByServerRelativePath(decodedUrl=@f)?@f='/a/b''c'": "folder.get >web>folder:/a/b'c",
		"POST /Web/GetFolderByServerRelativeUrl%28%27/a/b%27%29/Files/Add%28overwrite=true,url=%27x%27%29": "files.add >web>folder:/a/b overwrite=true url='x'",
		"POST /web/getFolderByServerRelativeUrl('/a')/files/add('x',false)":                                "files.add >web>folder:/a url='x' overwrite=false",
		"POST /web/getFolderByServerRelativeUrl('/a')/files/add(stub=1)":                                   "files.addStub >web>folder:/a stub=1",
		"GET /SPO.Tenant/GetSiteAdministrators?siteId='x'":                                                 "admins <nil> siteId='x'",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			method, url, _ := strings.Cut(in, " ")
			got, err := do(t, tree, odata.SharePoint, method, url)
			if err != nil || got != want {
				t.Errorf("got %s, %v; want %s", got, err, want)
			}
		})
	}
	for in, want := range map[string]struct {
		reason problem.Reason
		target string
	}{
		"GET /web/lists/x":                 {problem.UnknownSegment, "x"},
		"GET /web/nothing('a')":            {problem.UnknownSegment, "nothing"},
		"GET /web/lists/getbytitle":        {problem.MissingProperty, "title"},
		"GET /web/lists/getbytitle()":      {problem.MissingProperty, "title"},
		"GET /web/lists/getbytitle(x='a')": {problem.Malformed, "x"},
		"GET /web/lists(@a)":               {problem.Malformed, "@a"},
		"POST /web/getFolderByServerRelativeUrl('/a')/files/add(url='a',URL='b')": {problem.Malformed, "url"},
		"GET /contextinfo": {problem.MethodNotAllowed, "contextinfo"},
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			method, url, _ := strings.Cut(in, " ")
			got, err := do(t, tree, odata.SharePoint, method, url)
			if e := problem.As(err); got != "" || e.Reason != want.reason || e.Target != want.target {
				t.Errorf("got %q, %v %q; want %v %q", got, e.Reason, e.Target, want.reason, want.target)
			}
		})
	}
}

// Nothing may be looked up before the face has checked the caller.
func TestMatchLooksNothingUp(t *testing.T) {
	t.Parallel()
	tree := graphTree(t)
	path, err := odata.ParsePath("/drives/d/items/none:/x/none:/delta", odata.Graph)
	if err != nil {
		t.Fatal(err)
	}
	m, err := tree.Match("GET", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "/drives/{id}/items/{id}:/{path}:/delta(token={token})"; m.Template() != want {
		t.Errorf("template %s, want %s", m.Template(), want)
	}
	c := &trail{}
	if _, err := m.Call(c); !errors.Is(err, errNone) {
		t.Errorf("got %v", err)
	}
	if want := []string{"d", "none"}; !slices.Equal(c.steps, want) {
		t.Errorf("looked up %v, want %v", c.steps, want)
	}
}

func TestCallSteps(t *testing.T) {
	t.Parallel()
	path, _ := odata.ParsePath("/roles/7/members/a/$ref", odata.Graph)
	m, err := graphTree(t).Match("DELETE", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	call, err := m.Call(&trail{})
	if err != nil {
		t.Fatal(err)
	}
	if got := call.Of("role"); got != ">7" {
		t.Errorf("the role is %v", got)
	}
	if got := call.Of("drive"); got != nil {
		t.Errorf("the drive is %v", got)
	}
	if got, ok := odata.Nearest[string](call); !ok || got != ">7>a" {
		t.Errorf("nearest is %v", got)
	}
	if _, ok := odata.Nearest[int](call); ok {
		t.Error("there is no int")
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	var got []string
	graphTree(t).Walk(func(v odata.Visit[*trail]) bool {
		got = append(got, v.Operation.Method+" "+v.Template+" "+v.Operation.Name)
		return true
	})
	for _, want := range []string{
		"GET /users users.list",
		"GET /users/delta(token={token}) users.delta",
		"GET /me user.get",
		"POST /me/drive/root/createLink item.createLink",
		"GET /me/drive/root/children item.children",
		"DELETE /roles/{id}/members/{id}/$ref members.remove",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if len(got) != 18 {
		t.Errorf("%d operations in\n%s", len(got), strings.Join(got, "\n"))
	}
	names := map[string]bool{}
	for _, v := range graphTree(t).Operations() {
		if names[v.Operation.Name] {
			t.Errorf("%s was visited twice", v.Operation.Name)
		}
		names[v.Operation.Name] = true
	}
	n := 0
	graphTree(t).Walk(func(odata.Visit[*trail]) bool { n++; return false })
	if n != 1 {
		t.Errorf("the walk went on %d times", n)
	}
}

func TestNewTreeRefuses(t *testing.T) {
	t.Parallel()
	for name, nodes := range map[string][]node{
		"nothing":               nil,
		"no name":               {{}},
		"a node twice":          {{Name: "a"}, {Name: "a"}},
		"a lost child":          {{Name: "a", Children: []child{{Name: "x", Of: "b"}}}},
		"a lost key":            {{Name: "a", Key: byKey("b")}},
		"a key without Resolve": {{Name: "a", Key: key{Of: "a"}}},
		"a lost path":           {{Name: "a", PathOf: "b", Path: func(*trail, any, string) (any, error) { return nil, nil }}},
		"a lost base":           {{Name: "a", Extends: "b"}},
		"extends itself":        {{Name: "a", Extends: "b"}, {Name: "b", Extends: "a"}},
		"an operation twice":    {{Name: "a", Operations: []operation{op("GET", "", "x"), op("PUT", "", "x")}}},
		"a nameless operation":  {{Name: "a", Operations: []operation{op("GET", "", "")}}},
		"no handler":            {{Name: "a", Operations: []operation{{Name: "x", Method: "GET"}}}},
		"no method":             {{Name: "a", Operations: []operation{op("", "", "x")}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tree, err := odata.NewTree(odata.Graph, nodes...); err == nil || tree != nil {
				t.Errorf("got %v, %v", tree, err)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	if got := graphTree(t).Unreachable(); len(got) > 0 {
		t.Errorf("unreachable: %v", got)
	}
	tree, err := odata.NewTree(odata.Graph, node{Name: "a"}, node{Name: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Unreachable(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("unreachable: %v", got)
	}
}

func TestWrites(t *testing.T) {
	t.Parallel()
	for want, ops := range map[bool][]operation{
		false: {{Method: "GET"}, {Method: "HEAD"}, {Method: "POST", ReadOnly: true}},
		true:  {{Method: "POST"}, {Method: "DELETE"}},
	} {
		for _, o := range ops {
			if o.Writes() != want {
				t.Errorf("%s: %v", o.Method, o.Writes())
			}
		}
	}
}
