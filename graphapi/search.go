package graphapi

import (
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// searchBody is POST /search/query (graph.md 10).
type searchBody struct {
	Requests []searchRequest `json:"requests"`
}

type searchRequest struct {
	EntityTypes []string `json:"entityTypes"`
	Query       struct {
		Text string `json:"queryString"`
	} `json:"query"`
	From int  `json:"from"`
	Size *int `json:"size"`
}

type wireSearch struct {
	Terms      []string        `json:"searchTerms"`
	Containers []wireContainer `json:"hitsContainers"`
}

type wireContainer struct {
	Hits  []wireHit `json:"hits"`
	Total int       `json:"total"`
	More  bool      `json:"moreResultsAvailable"`
}

type wireHit struct {
	ID       string `json:"hitId"`
	Rank     int    `json:"rank"`
	Summary  string `json:"summary"`
	Resource any    `json:"resource"`
}

// The resources of hits name their types, as members of a mixed collection do.
type (
	typed struct {
		Type string `json:"@odata.type"`
	}
	itemHit struct {
		typed
		wireItem
	}
	listItemHit struct {
		typed
		wireListItem
	}
	listHit struct {
		typed
		wireList
	}
	siteHit struct {
		typed
		wireSite
	}
)

func searchNodes() []node {
	needs := append([]string{"Files.Read.All", "Files.ReadWrite.All"}, readSites...)
	return []node{
		{Name: rootNode, Children: []child{{Name: "search", Of: "search"}}},
		{Name: "search", Operations: []operation{{
			Name: "search.query", Method: "POST", Segment: "query", ReadOnly: true, Delegated: needs, Application: needs,
			Source: "GD:api/search-query", Handler: querySearch,
		}}, NotEmulated: []string{"acronyms", "bookmarks", "qnas"}},
	}
}

const (
	searchSize    = 25
	maxSearchSize = 500
)

func querySearch(r *request, _ *odata.Call) (any, error) {
	var b searchBody
	if err := r.decodeOpen(&b); err != nil {
		return nil, err
	}
	if len(b.Requests) == 0 {
		return nil, problem.For(problem.Invalid, problem.MissingProperty, "requests", "The request must hold at least one search request.")
	}
	if len(b.Requests) > 1 {
		return nil, problem.For(problem.Invalid, problem.InvalidProperty, "requests", "Only one search request at a time is supported.")
	}
	answers := make([]wireSearch, 0, len(b.Requests))
	for _, q := range b.Requests {
		a, err := r.runSearch(q)
		if err != nil {
			return nil, err
		}
		answers = append(answers, a)
	}
	return object("Collection(microsoft.graph.searchResponse)", struct {
		Value []wireSearch `json:"value"`
	}{answers}), nil
}

func (r *request) runSearch(q searchRequest) (wireSearch, error) {
	size := searchSize
	if q.Size != nil {
		size = *q.Size
	}
	if q.From < 0 || size < 0 || size > maxSearchSize {
		return wireSearch{}, problem.For(problem.Invalid, problem.InvalidProperty, "size", "The page size must lie between 0 and %d.", maxSearchSize)
	}
	if len(q.EntityTypes) == 0 {
		return wireSearch{}, problem.For(problem.Invalid, problem.MissingProperty, "entityTypes", "At least one entity type must be named.")
	}
	wanted := map[string]bool{}
	for _, t := range q.EntityTypes {
		switch t {
		case "driveItem", "listItem", "list", "site", "drive":
			wanted[t] = true
		default:
			return wireSearch{}, problem.For(problem.Invalid, problem.InvalidProperty, "entityTypes", "The entity type '%s' is not supported.", t)
		}
	}
	query := readQuery(q.Query.Text)
	hits := []wireHit{}
	for s := range r.tx.Sites(r.tenant.ID) {
		if s.DeletedAt.IsZero() {
			hits = r.searchSite(hits, s, wanted, query)
		}
	}
	c := wireContainer{Hits: []wireHit{}, Total: len(hits), More: q.From+size < len(hits)}
	if q.From < len(hits) {
		c.Hits = hits[q.From:min(q.From+size, len(hits))]
	}
	for n := range c.Hits {
		c.Hits[n].Rank = q.From + n + 1
	}
	return wireSearch{Terms: query.words, Containers: []wireContainer{c}}, nil
}

// searchSite adds what the caller may see of a site. Every file and folder is a drive item and a list item.
func (r *request) searchSite(hits []wireHit, s state.Site, wanted map[string]bool, q searchQuery) []wireHit {
	view := sharing.ViewOf(r.tx, r.caller, s)
	whole := view.Access(drive.Place{Site: s}).Role != ""
	if wanted["site"] && !s.Personal && whole && q.matches(state.Item{Name: s.Title, Description: s.Description, Kind: state.Folder}, s.Path) {
		v := r.siteWire(s)
		hits = append(hits, wireHit{ID: v.ID, Summary: s.Description, Resource: siteHit{typed{"#microsoft.graph.site"}, v}})
	}
	for _, l := range drive.Lists(r.tx, s) {
		at := drive.Place{Site: s, List: l, Item: drive.Root(r.tx, l)}
		if l.Hidden {
			continue
		}
		if wanted["list"] && view.Access(at).Role != "" && q.matches(state.Item{Name: l.Title, Description: l.Description, Kind: state.Folder}, drive.ListPath(s, l)) {
			v := r.listWire(s, l)
			hits = append(hits, wireHit{ID: v.ID, Resource: listHit{typed{"#microsoft.graph.list"}, v}})
		}
		if !wanted["driveItem"] && !wanted["listItem"] {
			continue
		}
		for i := range r.tx.Items(l.TenantID, l.ID) {
			at.Item = i
			if i.Root() || !i.DeletedAt.IsZero() || !q.matches(i, drive.ListPath(s, l)+"/"+drive.Path(r.tx, i)) || view.Access(at).Role == "" {
				continue
			}
			if wanted["driveItem"] && l.Library() {
				v := r.itemWire(at)
				v.DownloadURL = ""
				hits = append(hits, wireHit{ID: v.ID, Summary: i.Name, Resource: itemHit{typed{"#microsoft.graph.driveItem"}, v}})
			} else if wanted["listItem"] {
				v := r.listItemWire(at, itemOptions{fields: &odata.Query{}})
				hits = append(hits, wireHit{ID: i.ID, Summary: i.Title, Resource: listItemHit{typed{"#microsoft.graph.listItem"}, v}})
			}
		}
	}
	return hits
}

// searchQuery is what is understood of KQL here: words that must all be there, phrases in quotes, NOT and -, and the
// properties filename, title, filetype, fileextension, author, path and isDocument.
type searchQuery struct {
	words   []string // as the client wrote them, without the rest
	clauses []searchClause
}

type searchClause struct {
	property, value string
	not             bool
}

func readQuery(text string) searchQuery {
	q := searchQuery{words: []string{}}
	not := false
	for _, term := range splitTerms(text) {
		switch term {
		case "AND", "*":
			continue
		case "NOT":
			not = true
			continue
		}
		c := searchClause{not: not}
		if plain, found := strings.CutPrefix(term, "-"); found {
			c.not, term = true, plain
		}
		not = false
		if property, value, found := strings.Cut(term, ":"); found && property != "" {
			c.property, term = strings.ToLower(property), strings.TrimLeft(value, "=")
		}
		c.value = state.NameKey(strings.TrimRight(strings.Trim(term, `"`), "*"))
		if c.property == "" && !c.not {
			q.words = append(q.words, strings.Trim(term, `"`))
		}
		q.clauses = append(q.clauses, c)
	}
	return q
}

// splitTerms splits at blanks outside of quotes.
func splitTerms(text string) []string {
	quoted := false
	return strings.FieldsFunc(text, func(c rune) bool {
		if c == '"' {
			quoted = !quoted
		}
		return c == ' ' && !quoted
	})
}

func (q searchQuery) matches(i state.Item, path string) bool {
	for _, c := range q.clauses {
		if c.holds(i, path) == c.not {
			return false
		}
	}
	return true
}

func (c searchClause) holds(i state.Item, path string) bool {
	name := state.NameKey(i.Name)
	switch c.property {
	case "":
		return strings.Contains(state.NameKey(drive.SearchText(i)), c.value)
	case "filename", "name", "title":
		return strings.Contains(name, c.value) || strings.Contains(state.NameKey(i.Title), c.value)
	case "filetype", "fileextension":
		return i.Kind == state.File && strings.HasSuffix(name, "."+c.value)
	case "author", "createdby":
		return strings.Contains(state.NameKey(i.CreatedBy.Name+" "+i.CreatedBy.Email), c.value)
	case "path":
		_, wanted, _ := strings.Cut(c.value, "sharepoint.com")
		if wanted == "" {
			wanted = c.value
		}
		return strings.HasPrefix(state.NameKey(path), wanted)
	case "isdocument":
		document, err := strconv.ParseBool(c.value)
		return err == nil && document == (i.Kind == state.File)
	}
	return false
}
