package spoapi

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// visibleItems are the living items of a list that the caller may see, by number. Whoever has no right on the list sees
// what he has a right on.
func (c *request) visibleItems(at drive.Place) ([]drive.Place, error) {
	list := drive.Place{Site: at.Site, List: at.List}
	view := sharing.ViewOf(c.tx, c.caller, at.Site)
	whole := view.Access(list).Role != ""
	var all []drive.Place
	for i := range c.tx.Items(at.List.TenantID, at.List.ID) {
		if !i.DeletedAt.IsZero() || i.Root() {
			continue
		}
		item := drive.Place{Site: at.Site, List: at.List, Item: i}
		if view.Access(item).Role != "" {
			all = append(all, item)
		}
	}
	if !whole && len(all) == 0 {
		return nil, c.require(list, state.RoleRead)
	}
	return all, nil
}

// itemPage lists the items of a list as the query asks. It pages by the number of the last item that was sent.
func (c *request) itemPage(at drive.Place, q *odata.Query) (*collection, error) {
	visible, err := c.visibleItems(at)
	if err != nil {
		return nil, err
	}
	all := make([]*entity, 0, len(visible))
	for _, v := range visible {
		all = append(all, c.itemEntity(v))
	}
	if q == nil {
		return &collection{kind: itemKind(at.List), web: c.webURL(at.Site), items: all, paged: true}, nil
	}
	whole := *q
	whole.Top, whole.Skip = odata.None, odata.None
	all = narrow(all, &whole)
	start, err := pageStart(all, q.SkipToken)
	if err != nil {
		return nil, err
	}
	return c.cutPage(at, q, all[start:]), nil
}

// Sizes of a page of items.
const (
	defaultPage = 100
	maxPage     = 5000
)

func (c *request) cutPage(at drive.Place, q *odata.Query, rest []*entity) *collection {
	size := defaultPage
	if q.Top != odata.None {
		size = min(q.Top, maxPage)
	}
	page := &collection{kind: itemKind(at.List), web: c.webURL(at.Site), items: rest, paged: true}
	if len(rest) > size {
		page.items = rest[:size]
		if size > 0 {
			page.next = c.nextPage(at, numberOf(page.items[size-1]))
		}
	}
	return page
}

func numberOf(x *entity) int {
	v, _ := x.Property("Id")
	n, _ := v.(int)
	return n
}

// pageStart is where the page of a skip token begins: Paged=TRUE&p_ID=4 goes on behind item 4.
func pageStart(all []*entity, token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	values, err := url.ParseQuery(token)
	if err != nil || !values.Has("p_ID") {
		return 0, problem.For(problem.Invalid, problem.Malformed, "$skiptoken", "The query string \"$skiptoken\" is invalid.")
	}
	last, err := strconv.Atoi(values.Get("p_ID"))
	if err != nil {
		return 0, problem.For(problem.Invalid, problem.Malformed, "$skiptoken", "The query string \"$skiptoken\" is invalid.")
	}
	if i := slices.IndexFunc(all, func(x *entity) bool { return numberOf(x) == last }); i >= 0 {
		return i + 1, nil
	}
	// The item has gone meanwhile: the first one behind it.
	if i := slices.IndexFunc(all, func(x *entity) bool { return numberOf(x) > last }); i >= 0 {
		return i, nil
	}
	return len(all), nil
}

// nextPage is the address of the page behind an item, written as the service does: the token first, escapes in lower case.
func (c *request) nextPage(at drive.Place, last int) string {
	parts := []string{"%24skiptoken=Paged%3dTRUE%26p_ID%3d" + strconv.Itoa(last)}
	for part := range strings.SplitSeq(c.http.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil || plain == "" {
			continue
		}
		switch strings.ToLower(plain) {
		case "$skiptoken", "$skip":
			continue
		}
		parts = append(parts, strings.ReplaceAll(name, "$", "%24")+"="+value)
	}
	return c.webURL(at.Site) + "/_api/" + listPath(at.List) + "/items?" + strings.Join(parts, "&")
}

func listItems(c *request, call *odata.Call) (any, error) {
	return c.itemPage(placeOf(call.Value), call.Query)
}
