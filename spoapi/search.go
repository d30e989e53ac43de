package spoapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// sitesSearch is the permission to search alone.
const sitesSearch = "Sites.Search.All"

// searchNodes are _api/search (sharepoint.md 7.4): a query in KQL over the sites, lists, folders, files and items of the
// organisation that the caller may see. The index is never behind.
func searchNodes() []node {
	ops := reading(
		operation{Name: "search.query", Method: "GET", Segment: "query", Params: searchParams(), Source: "sharepoint.md 7.4", Handler: searchByGet},
		operation{Name: "search.postquery", Method: "POST", Segment: "postquery", Source: "sharepoint.md 7.4", Handler: searchByPost},
	)
	for i := range ops {
		ops[i].Delegated = append(ops[i].Delegated, sitesSearch)
	}
	return []node{{Name: "search", Operations: ops, NotEmulated: []string{"suggest", "autocompletions", "querycompletion"}}}
}

// searchParams are the parameters of a query by GET; clients send more, which change nothing here.
func searchParams() []string {
	return []string{"querytext", "selectproperties", "startrow", "rowlimit", "rowsperpage", "sortlist", "refiners", "refinementfilters"}
}

// searchQuery is what is asked.
type searchQuery struct {
	text     string
	fields   []string
	start    int
	limit    int
	sort     []odata.Order
	refiners []string
	refine   []string
}

// The bounds of a page of results.
const (
	defaultResults = 10
	maxResults     = 500
)

func searchByGet(c *request, call *odata.Call) (any, error) {
	q := searchQuery{text: call.Args.Text("querytext"), limit: defaultResults}
	q.fields = splitList(call.Args.Text("selectproperties"))
	q.refiners = splitList(call.Args.Text("refiners"))
	q.refine = splitList(call.Args.Text("refinementfilters"))
	for _, name := range []string{"startrow", "rowlimit"} {
		if _, given := call.Args.Get(name); !given {
			continue
		}
		n, ok := call.Args.Int(name)
		if !ok || n < 0 || n > 1<<20 {
			return nil, problem.For(problem.Invalid, problem.InvalidProperty, name, "The parameter %s is no number.", name)
		}
		if name == "startrow" {
			q.start = int(n)
		} else {
			q.limit = int(n)
		}
	}
	for _, s := range splitList(call.Args.Text("sortlist")) {
		name, direction, _ := strings.Cut(s, ":")
		q.sort = append(q.sort, odata.Order{Path: name, Desc: strings.EqualFold(direction, "descending")})
	}
	return c.search("query", q)
}

func splitList(s string) []string {
	var all []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// textList is a list that clients send as an array or as text with commas.
type textList []string

func (l *textList) UnmarshalJSON(b []byte) error {
	var all []string
	if json.Unmarshal(b, &all) == nil {
		*l = all
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*l = splitList(s)
	return nil
}

func searchByPost(c *request, _ *odata.Call) (any, error) {
	var in struct {
		Request struct {
			QueryText, Querytext string
			SelectProperties     textList
			StartRow, RowLimit   *int
			Refiners             textList
			RefinementFilters    textList
			SortList             []struct {
				Property  string
				Direction int
			}
		}
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	r := in.Request
	q := searchQuery{text: r.QueryText + r.Querytext, fields: r.SelectProperties, limit: defaultResults, refiners: r.Refiners, refine: r.RefinementFilters}
	set(&q.start, r.StartRow)
	set(&q.limit, r.RowLimit)
	if q.start < 0 || q.limit < 0 {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "RowLimit", "The number of rows is negative.")
	}
	const descending = 1
	for _, s := range r.SortList {
		q.sort = append(q.sort, odata.Order{Path: s.Property, Desc: s.Direction == descending})
	}
	return c.search("postquery", q)
}

// The shapes of a result (SP.…Search.REST.SearchResult).
type (
	wireResult struct {
		ElapsedTime           int             `json:"ElapsedTime"`
		PrimaryQueryResult    wireQueryResult `json:"PrimaryQueryResult"`
		Properties            []wireCell      `json:"Properties"`
		SecondaryQueryResults []wireCell      `json:"SecondaryQueryResults"`
		SpellingSuggestion    string          `json:"SpellingSuggestion"`
		TriggeredRules        []string        `json:"TriggeredRules"`
	}
	wireQueryResult struct {
		CustomResults      []wireCell     `json:"CustomResults"`
		QueryID            string         `json:"QueryId"`
		QueryRuleID        string         `json:"QueryRuleId"`
		RefinementResults  *wireRefined   `json:"RefinementResults"`
		RelevantResults    wireRelevant   `json:"RelevantResults"`
		SpecialTermResults *wireTableOnly `json:"SpecialTermResults"`
	}
	wireRelevant struct {
		GroupTemplateID string     `json:"GroupTemplateId,omitzero"`
		ItemTemplateID  string     `json:"ItemTemplateId,omitzero"`
		Properties      []wireCell `json:"Properties"`
		ResultTitle     *string    `json:"ResultTitle"`
		ResultTitleURL  *string    `json:"ResultTitleUrl"`
		RowCount        int        `json:"RowCount"`
		Table           wireTable  `json:"Table"`
		TotalRows       int        `json:"TotalRows"`
		TotalWithDup    int        `json:"TotalRowsIncludingDuplicates"`
	}
	wireTableOnly struct {
		Table wireTable `json:"Table"`
	}
	wireTable struct {
		Rows []wireRow `json:"Rows"`
	}
	wireRow struct {
		Cells []wireCell `json:"Cells"`
	}
	wireCell struct {
		Key       string  `json:"Key"`
		Value     *string `json:"Value"`
		ValueType string  `json:"ValueType"`
	}
	wireRefined struct {
		Refiners []wireRefiner `json:"Refiners"`
	}
	wireRefiner struct {
		Name    string      `json:"Name"`
		Entries []wireEntry `json:"Entries"`
	}
	wireEntry struct {
		Count string `json:"RefinementCount"`
		Name  string `json:"RefinementName"`
		Token string `json:"RefinementToken"`
		Value string `json:"RefinementValue"`
	}
)

func (wireResult) edmKind() string      { return "Microsoft.Office.Server.Search.REST.SearchResult" }
func (wireQueryResult) edmKind() string { return "Microsoft.Office.Server.Search.REST.QueryResult" }
func (wireRelevant) edmKind() string    { return "Microsoft.Office.Server.Search.REST.RelevantResults" }
func (wireTable) edmKind() string       { return "SP.SimpleDataTable" }
func (wireRow) edmKind() string         { return "SP.SimpleDataRow" }
func (wireCell) edmKind() string        { return "SP.KeyValue" }

// search finds what matches, sorts and cuts it.
func (c *request) search(function string, q searchQuery) (any, error) {
	query, err := parseKQL(q.text)
	if err != nil {
		return nil, err
	}
	var found []*indexed
	for d := range c.index() {
		if (query == nil || query.match(d)) && refined(d, q.refine) {
			found = append(found, d)
		}
	}
	if len(q.sort) > 0 {
		odata.Sort(found, q.sort)
	}
	total := len(found)
	refiners := refinersOf(found, q.refiners)
	found = found[min(q.start, total):]
	found = found[:min(min(q.limit, maxResults), len(found))]
	relevant := wireRelevant{
		RowCount: len(found), TotalRows: total, TotalWithDup: total,
		Properties: []wireCell{cell("GenerationId", int64(0)), cell("ExecutionTimeMs", int64(1)), cell("RenderTemplateId", "~sitecollection/_catalogs/masterpage/Display Templates/Search/Group_Default.js")},
		Table:      wireTable{Rows: []wireRow{}},
	}
	for n, d := range found {
		relevant.Table.Rows = append(relevant.Table.Rows, d.row(q.start+n, q.fields))
	}
	out := wireResult{PrimaryQueryResult: wireQueryResult{QueryID: c.tx.NewID(), QueryRuleID: zeroGUID, RelevantResults: relevant, RefinementResults: refiners}}
	out.Properties = []wireCell{cell("RowLimit", int64(q.limit)), cell("IsPartial", false)}
	return result{name: function, kind: out.edmKind(), value: out}, nil
}

// cell is a property of a result: text, with its type beside it.
func cell(key string, v any) wireCell {
	out := wireCell{Key: key, ValueType: "Edm.String"}
	s := ""
	switch v := v.(type) {
	case nil:
		out.ValueType = "Null"
		return out
	case string:
		s = v
	case int64:
		s, out.ValueType = strconv.FormatInt(v, 10), "Edm.Int64"
	case float64:
		s, out.ValueType = strconv.FormatFloat(v, 'f', -1, 64), "Edm.Double"
	case bool:
		s, out.ValueType = strconv.FormatBool(v), "Edm.Boolean"
	case time.Time:
		s, out.ValueType = v.UTC().Format("2006-01-02T15:04:05.0000000Z"), "Edm.DateTime"
	case []string:
		s = strings.Join(v, ";")
	}
	out.Value = &s
	return out
}

// defaultFields are the properties of a result where none were asked for.
func defaultFields() []string {
	return []string{
		"WorkId", "Title", "Author", "Size", "Path", "Description", "Write", "CollapsingStatus", "HitHighlightedSummary", "HitHighlightedProperties",
		"contentclass", "PictureThumbnailURL", "ServerRedirectedURL", "ServerRedirectedEmbedURL", "ServerRedirectedPreviewURL", "FileExtension",
		"ContentTypeId", "ParentLink", "IsDocument", "FileType", "IsContainer", "SiteLogo", "SiteTitle", "SPWebUrl", "SiteName", "UniqueId", "OriginalPath",
	}
}

// row is a result with the properties that were asked for, and those that always come.
func (d *indexed) row(n int, fields []string) wireRow {
	if len(fields) == 0 {
		fields = defaultFields()
	}
	id := int64(d.number)
	r := wireRow{Cells: []wireCell{{Key: "Rank", Value: rank(n), ValueType: "Edm.Double"}, cell("DocId", id)}}
	for _, f := range fields {
		v, _ := d.property(strings.ToLower(f))
		r.Cells = append(r.Cells, cell(f, v))
	}
	return wireRow{Cells: append(r.Cells, cell("PartitionId", zeroGUID), cell("UrlZone", int64(0)), cell("Culture", "en-US"), cell("ResultTypeId", int64(0)), cell("RenderTemplateId", "~sitecollection/_catalogs/masterpage/Display Templates/Search/Item_Default.js"))}
}

// rank falls from result to result.
func rank(n int) *string {
	s := strconv.FormatFloat(16-float64(n)/1000, 'f', -1, 64)
	return &s
}

// refinersOf counts the values that properties have among the results.
func refinersOf(found []*indexed, names []string) *wireRefined {
	if len(names) == 0 {
		return nil
	}
	out := &wireRefined{}
	for _, name := range names {
		name, _, _ = strings.Cut(name, "(")
		counts := map[string]int{}
		for _, d := range found {
			if v, ok := d.property(strings.ToLower(name)); ok && v != nil {
				if c := cell(name, v); *c.Value != "" {
					counts[*c.Value]++
				}
			}
		}
		r := wireRefiner{Name: name}
		for v, n := range counts {
			r.Entries = append(r.Entries, wireEntry{strconv.Itoa(n), v, `equals("` + v + `")`, v})
		}
		slices.SortFunc(r.Entries, func(a, b wireEntry) int { return strings.Compare(a.Name, b.Name) })
		out.Refiners = append(out.Refiners, r)
	}
	return out
}

// refined tells whether a document passes all filters of the form property:equals("value") or property:"value".
func refined(d *indexed, filters []string) bool {
	for _, f := range filters {
		name, value, ok := strings.Cut(f, ":")
		value = strings.TrimSuffix(strings.TrimPrefix(value, "equals("), ")")
		value = strings.Trim(value, `"`)
		v, has := d.property(strings.ToLower(name))
		if !ok || !has || v == nil || !strings.EqualFold(*cell(name, v).Value, value) {
			return false
		}
	}
	return true
}
