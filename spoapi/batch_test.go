package spoapi

import (
	"slices"
	"strings"
	"testing"
)

// batchBody is a batch as clients write it, with bare line feeds: reads stand alone, writes in a change set.
func batchBody(requests ...string) string {
	var b strings.Builder
	for _, r := range requests {
		line, body, _ := strings.Cut(r, "\n")
		method, path, _ := strings.Cut(line, " ")
		if strings.HasPrefix(path, "/") {
			path = siteURL + path
		}
		set := method != "GET"
		b.WriteString("--b\n")
		if set {
			b.WriteString("Content-Type: multipart/mixed; boundary=\"changeset_1\"\n\n--changeset_1\n")
		}
		b.WriteString("Content-Type: application/http\nContent-Transfer-Encoding: binary\n\n" + method + " " + path + " HTTP/1.1\naccept: application/json;odata=nometadata\ncontent-type: application/json\n\n")
		if body != "" {
			b.WriteString(body + "\n\n")
		}
		if set {
			b.WriteString("--changeset_1--\n\n")
		}
	}
	b.WriteString("--b--\n")
	return b.String()
}

func TestBatch(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	send := func(as, body string) (int, string) {
		return h.text("POST", "$batch", ask{as: as, body: body, header: map[string]string{"Content-Type": "multipart/mixed; boundary=b"}})
	}
	status, got := send("", batchBody(
		"GET /_api/web?$select=Title",
		"POST /_api/web/lists\n{\"Title\":\"Tasks\",\"BaseTemplate\":100}",
		"GET /_api/web/lists/getbytitle('Tasks')?$select=BaseTemplate",
		"GET /_api/web/lists/getbytitle('None')?$select=Title",
		"POST /_api/web/getFolderByServerRelativePath(decodedUrl='/sites/marketing/Shared%20Documents')/files/add(url='a.txt',overwrite=true)\nline one\n\nline two",
		"GET /_api/web/getFileByServerRelativePath(decodedUrl='/sites/marketing/Shared%20Documents/a.txt')/$value",
	))
	if status != 200 {
		t.Fatalf("%d %s", status, got)
	}
	parts := strings.Split(got, "--batchresponse_")
	for n, want := range []string{
		"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 201 Created\r\n", `{"BaseTemplate":100}`, "HTTP/1.1 404 Not Found\r\n", `"Name":"a.txt"`, "line one\n\nline two\r\n", "--\r\n",
	} {
		if n >= len(parts) || !strings.Contains(parts[n], want) {
			t.Fatalf("part %d lacks %q in\n%s", n, want, got)
		}
	}
	for name, tt := range map[string]struct {
		as, body, want string
		status         int
	}{
		"nobody":             {"-", batchBody("GET /_api/web"), "", 401},
		"another host":       {"", batchBody("GET https://fabrikam.sharepoint.com/_api/web"), "another host", 400},
		"no interface":       {"", batchBody("GET /_layouts/15/x.aspx"), "interface", 400},
		"a batch in a batch": {"", batchBody("POST /_api/$batch"), "interface", 400},
		"no part":            {"", "--b\nContent-Type: text/plain\n\nx\n--b--\n", "application/http", 400},
		"a part's own right": {"pradeep@contoso.com", batchBody("GET /_api/web"), "HTTP/1.1 403 Forbidden", 200},
		"too many":           {"", batchBody(slices.Repeat([]string{"GET /_api/web"}, maxBatch+1)...), "at most 100", 400},
	} {
		if status, got := send(tt.as, tt.body); status != tt.status || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %d %s", name, status, got)
		}
	}
	if status, got := h.text("POST", "$batch", ask{body: "x"}); status != 400 || !strings.Contains(got, "multipart/mixed") {
		t.Errorf("without a boundary: %d %s", status, got)
	}
}
