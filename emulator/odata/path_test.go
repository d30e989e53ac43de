package odata_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// show prints segments so that a table can name them: name, (arguments) and :path.
func show(segments []odata.Segment) string {
	var parts []string
	for _, s := range segments {
		t := s.Text
		if s.HasParens {
			var args []string
			for _, a := range s.Args {
				v := a.Alias
				if v == "" {
					v = a.Value.String()
				}
				if a.Name != "" {
					v = a.Name + "=" + v
				}
				args = append(args, v)
			}
			t = s.Name + "(" + strings.Join(args, ",") + ")"
		}
		if s.HasPath {
			t += " :" + s.Path
		}
		parts = append(parts, t)
	}
	return strings.Join(parts, " | ")
}

func TestParsePathGraph(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                              "",
		"/":                             "",
		"/me/drive/":                    "me | drive",
		"//users//a":                    "users | a",
		"/users/a%2Fb":                  "users | a/b",
		"/users/kim+x@a.com":            "users | kim+x@a.com",
		"/users/o'brien@a.com/drive":    "users | o'brien@a.com | drive",
		"/users/x%23EXT%23@a.com":       "users | x#EXT#@a.com",
		"/users('adele@contoso.com')":   "users('adele@contoso.com')",
		"/users%28%27a%2Fb%27%29/drive": "users('a/b') | drive",
		"/users(userPrincipalName='x')": "users(userPrincipalName='x')",
		"/directoryRoles/roleTemplateId=62e90394-69f5-4237-9190-012177145e10/members": "directoryRoles | roleTemplateId=62e90394-69f5-4237-9190-012177145e10 | members",
		"/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')":      "directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')",
		"/root/delta(token='x')":                                  "root | delta(token='x')",
		"/root/delta(token=x)":                                    "root | delta(token=x)",
		"/root/delta()":                                           "root | delta()",
		"/root/search(q='it''s')":                                 "root | search(q='it''s')",
		"/root/search(q='a:/b')/x":                                "root | search(q='a:/b') | x",
		"/root/search(q='{a,b}=')":                                "root | search(q='{a,b}=')",
		"/users/microsoft.graph.delta":                            "users | microsoft.graph.delta",
		"/lists/Documents (1)/items":                              "lists | Documents (1) | items",
		"/lists/Bob's (old)/items":                                "lists | Bob's (old) | items",
		"/lists/List (Bob's)/items":                               "lists | List (Bob's) | items",
		"/drive/root:/a/b.txt":                                    "drive | root :/a/b.txt",
		"/drive/root:/a/b.txt:":                                   "drive | root :/a/b.txt",
		"/drive/root:/a/b.txt:/children":                          "drive | root :/a/b.txt | children",
		"/drive/root:/x:/":                                        "drive | root :/x",
		"/drive/root:":                                            "drive | root :/",
		"/drive/root:/":                                           "drive | root :/",
		"/drive/root:/:/children":                                 "drive | root :/ | children",
		"/drive/root%3A":                                          "drive | root :/",
		"/drives/b%21x/items/root%3A%2Fdir%2Fa.bin%3A/content":    "drives | b!x | items | root :/dir/a.bin | content",
		"/drives/b!x/items/root:/dir/a.bin:/content":              "drives | b!x | items | root :/dir/a.bin | content",
		"/drives/b!x/items/root%3A%2Fdir%2Fa.bin%3A%2Fcontent":    "drives | b!x | items | root :/dir/a.bin | content",
		"/sites/contoso.sharepoint.com%3A%2Fsites%2Fproject-x":    "sites | contoso.sharepoint.com :/sites/project-x",
		"/sites/contoso.sharepoint.com:/sites/project-x":          "sites | contoso.sharepoint.com :/sites/project-x",
		"/sites/h:/sites/x:/drive/root:/a:/children":              "sites | h :/sites/x | drive | root :/a | children",
		"/sites/h%3A%2Fsites%2Fx%3A%2Fdrive%2Froot%3A%2Fa":        "sites | h :/sites/x | drive | root :/a",
		"/drives/d/items/01A:/rel/path:/content":                  "drives | d | items | 01A :/rel/path | content",
		"/root:/100%25%20+%20it's%20%23%C3%A9(1).txt:/createLink": "root :/100% + it's #é(1).txt | createLink",
		"/root:/it's/b's.txt:/content":                            "root :/it's/b's.txt | content",
		"/root:/x('y/z.txt":                                       "root :/x('y/z.txt",
		"/root:/50%2525":                                          "root :/50%25",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			got, err := odata.ParsePath(in, odata.Graph)
			if err != nil || show(got) != want {
				t.Errorf("got %s, %v\nwant %s", show(got), err, want)
			}
		})
	}
}

func TestParsePathSharePoint(t *testing.T) {
	t.Parallel()
	const id = "0a1b2c3d-0000-1111-2222-333344445555"
	for in, want := range map[string]string{
		"/web/siteusers/GetById(5)":                      "web | siteusers | GetById(5)",
		"/web/sitegroups/getById('5')":                   "web | sitegroups | getById('5')",
		"/web/lists(guid'" + id + "')/Items(3)":          "web | lists(" + id + ") | Items(3)",
		"/web/Lists(@a1)/GetItemByUniqueId(@a2)":         "web | Lists(@a1) | GetItemByUniqueId(@a2)",
		"/web/Files/Add(url='a''b.txt',overwrite=true)":  "web | Files | Add(url='a''b.txt',overwrite=true)",
		"/web/Files/Add( overwrite=true , url='a,b=c' )": "web | Files | Add(overwrite=true,url='a,b=c')",
		"/Web/GetFolderByServerRelativeUrl%28%27/sites/x/Shared%20Documents%27%29/Files/Add%28overwrite=true,url=%27a.bin%27%29": "Web | GetFolderByServerRelativeUrl('/sites/x/Shared Documents') | Files | Add(overwrite=true,url='a.bin')",
		"/web/getFolderByServerRelativePath(decodedUrl='/sites/x/A''B/C')/files":                                                 "web | getFolderByServerRelativePath(decodedUrl='/sites/x/A''B/C') | files",
		"/web/folders/addUsingPath(DecodedUrl='%2Fsites%2Fx%2F50%25',overwrite=false)":                                           "web | folders | addUsingPath(DecodedUrl='/sites/x/50%',overwrite=false)",
		"/SP.Web.ShareObject": "SP.Web.ShareObject",
		"/SP.UI.ApplicationPages.ClientPeoplePickerWebServiceInterface.ClientPeoplePickerSearchUser": "SP.UI.ApplicationPages.ClientPeoplePickerWebServiceInterface.ClientPeoplePickerSearchUser",
		"/web/siteusers('i%3A0%23.f%7Cmembership%7Ca@b.c')":                                          "web | siteusers('i:0#.f|membership|a@b.c')",
		"/web/siteusers/getByEmail('a:/b')":                                                          "web | siteusers | getByEmail('a:/b')",
		"/web/file/StartUpload(uploadId=guid'" + id + "')":                                           "web | file | StartUpload(uploadId=" + id + ")",
		"/SPO.Tenant/sites/GetSiteUserGroups(userGroupIds=[0,1,2])":                                  "SPO.Tenant | sites | GetSiteUserGroups(userGroupIds=[0,1,2])",
		"/web/file/recycle()": "web | file | recycle()",
		"/web/x:/y:/z":        "web | x: | y: | z",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			got, err := odata.ParsePath(in, odata.SharePoint)
			if err != nil || show(got) != want {
				t.Errorf("got %s, %v\nwant %s", show(got), err, want)
			}
		})
	}
}

func TestParsePathRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dialect odata.Dialect
		path    string
	}{
		{odata.Graph, "/users/%zz"},
		{odata.Graph, "/users/%2"},
		{odata.Graph, "/drive/:/a"},
		{odata.Graph, "/" + strings.Repeat("a", odata.MaxPath)},
		{odata.SharePoint, "/web/getFolderByServerRelativeUrl('/sites/x"},
		{odata.SharePoint, "/web/folders('O'Brien')"},
		{odata.SharePoint, "/web/Add(url=)"},
		{odata.SharePoint, "/web/Add(='x')"},
		{odata.SharePoint, "/web/Add('x',)"},
		{odata.SharePoint, "/web/lists(guid'nope')"},
	} {
		t.Run(fmt.Sprintf("%.60s", c.path), func(t *testing.T) {
			t.Parallel()
			got, err := odata.ParsePath(c.path, c.dialect)
			if got != nil || problem.KindOf(err) != problem.Invalid {
				t.Errorf("got %s, %v", show(got), err)
			}
		})
	}
}

func TestLiteralForms(t *testing.T) {
	t.Parallel()
	arg := func(s string) odata.Literal {
		p, err := odata.ParsePath("/f("+s+")", odata.SharePoint)
		if err != nil || len(p) != 1 || len(p[0].Args) != 1 {
			t.Fatalf("%s: %v", s, err)
		}
		return p[0].Args[0].Value
	}
	for _, s := range []string{"5", "'5'"} {
		if n, ok := arg(s).Int(); !ok || n != 5 {
			t.Errorf("%s is %d, %v", s, n, ok)
		}
	}
	for _, s := range []string{"true", "'True'", "1"} {
		if b, ok := arg(s).Bool(); !ok || !b {
			t.Errorf("%s is %v, %v", s, b, ok)
		}
	}
	for _, s := range []string{"datetime'2020-01-02T03:04:05'", "'2020-01-02T03:04:05Z'", "2020-01-02T04:04:05+01:00"} {
		if v, ok := arg(s).Time(); !ok || v.Unix() != 1577934245 {
			t.Errorf("%s is %v, %v", s, v, ok)
		}
	}
	p, err := odata.ParsePath("/Add(url='a',n=5,flag='true')", odata.SharePoint)
	if err != nil {
		t.Fatal(err)
	}
	args := p[0].Args
	if n, ok := args.Int("n"); args.Text("url") != "a" || !ok || n != 5 || !args.Bool("flag") || args.Bool("url") || args.Text("x") != "" {
		t.Errorf("the arguments are %v", args)
	}
	for want, l := range map[string]odata.Literal{
		"null": {}, "'a''b'": odata.StringLiteral("a'b"), "-5": odata.IntLiteral(-5), "true": odata.BoolLiteral(true),
		"2020-03-04T04:06:07Z": odata.TimeLiteral(moment),
	} {
		if l.String() != want || l.IsNull() != (want == "null") {
			t.Errorf("%s prints %s", want, l)
		}
	}
	for want, s := range map[odata.LiteralKind]string{
		odata.Null: "null", odata.String: "'5'", odata.Int: "5", odata.Decimal: "1.5", odata.Bool: "true", odata.Raw: "x",
		odata.GUID: "guid'0a1b2c3d-0000-1111-2222-333344445555'", odata.DateTime: "datetime'2020-01-02'",
	} {
		if k := arg(s).Kind(); k != want {
			t.Errorf("%s is of kind %d, want %d", s, k, want)
		}
	}
	if _, ok := arg("'x'").Int(); ok {
		t.Error("a word is no number")
	}
	if _, ok := arg("2").Bool(); ok {
		t.Error("2 is no truth value")
	}
}
