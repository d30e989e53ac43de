package graphsdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	abstractions "github.com/microsoft/kiota-abstractions-go"
	graph "github.com/microsoftgraph/msgraph-sdk-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

func TestBodiesAreCompressed(t *testing.T) {
	t.Parallel()
	w := start(t)
	c := w.as(t, suite, secret)
	u := must(c.Users().Post(t.Context(), newUser("compressed"), nil))(t)
	same(t, "userPrincipalName", u.GetUserPrincipalName(), "compressed@contoso.com")
	if n := w.wire.count(func(n note) bool { return n.method == "POST" && n.path == "/v1.0/users" && n.gzip }); n != 1 {
		t.Errorf("%d compressed requests, want 1: an answer of 415 makes the SDK ask again without", n)
	}
	if n := w.wire.count(func(n note) bool { return n.method == "POST" }); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestEscapedSegments(t *testing.T) {
	t.Parallel()
	w := start(t)
	c := w.as(t, suite, secret)
	u := must(c.Users().ByUserId(guestName).Get(t.Context(), nil))(t)
	same(t, "id", u.GetId(), guest)
	same(t, "userPrincipalName", u.GetUserPrincipalName(), guestName)
	if n := w.wire.count(func(n note) bool { return strings.Contains(n.path, "%23EXT%23") }); n != 1 {
		t.Errorf("%d requests with an escaped name", n)
	}
	u = must(c.Users().ByUserId("megan@contoso.com").Get(t.Context(), nil))(t)
	same(t, "id of megan@contoso.com", u.GetId(), megan)
}

func TestQueries(t *testing.T) {
	t.Parallel()
	c := client(t)
	eventual := abstractions.NewRequestHeaders()
	eventual.Add("ConsistencyLevel", "eventual")
	for _, tt := range []struct {
		name  string
		query users.UsersRequestBuilderGetQueryParameters
		want  []string
	}{
		{"guests", users.UsersRequestBuilderGetQueryParameters{Filter: new("userType eq 'Guest'")}, []string{"Carol Cline"}},
		{"quoted quote", users.UsersRequestBuilderGetQueryParameters{Filter: new("displayName eq 'Lee O''Neill'")}, []string{"Lee O'Neill"}},
		{"beyond ASCII", users.UsersRequestBuilderGetQueryParameters{Filter: new("startswith(displayName,'Zoë Ž')")}, []string{"Zoë Žižková"}},
		{"in", users.UsersRequestBuilderGetQueryParameters{Filter: new("id in ('" + megan + "','" + alex + "')"), Orderby: []string{"displayName"}, Count: new(true)}, []string{"Alex Wilber", "Megan Bowen"}},
		{"counted suffix", users.UsersRequestBuilderGetQueryParameters{Filter: new("endswith(mail,'@fabrikam.com')"), Count: new(true)}, []string{"Carol Cline"}},
		{"search", users.UsersRequestBuilderGetQueryParameters{Search: new(`"displayName:wilb"`), Count: new(true)}, []string{"Alex Wilber"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := must(c.Users().Get(t.Context(), &users.UsersRequestBuilderGetRequestConfiguration{Headers: eventual, QueryParameters: &tt.query}))(t)
			if got := names(page.GetValue()); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.query.Count != nil {
				same(t, "count", page.GetOdataCount(), int64(len(tt.want)))
			}
		})
	}
	n := must(c.Users().Count().Get(t.Context(), &users.CountRequestBuilderGetRequestConfiguration{Headers: eventual}))(t)
	same(t, "users/$count", n, 5)
}

func names(all []models.Userable) []string {
	var got []string
	for _, u := range all {
		got = append(got, value(u.GetDisplayName()))
	}
	return got
}

func TestPageIterator(t *testing.T) {
	t.Parallel()
	t.Run("users", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		c := w.as(t, suite, secret)
		first := must(c.Users().Get(t.Context(), &users.UsersRequestBuilderGetRequestConfiguration{QueryParameters: &users.UsersRequestBuilderGetQueryParameters{
			Top: new(int32(2)), Select: []string{"id", "displayName"},
		}}))(t)
		pages := must(core.NewPageIterator[models.Userable](first, c.GetAdapter(), models.CreateUserCollectionResponseFromDiscriminatorValue))(t)
		seen := map[string]bool{}
		ok(t, pages.Iterate(t.Context(), func(u models.Userable) bool {
			seen[value(u.GetId())] = true
			if u.GetUserPrincipalName() != nil {
				t.Errorf("%s has what was not selected", value(u.GetDisplayName()))
			}
			return true
		}))
		if len(seen) != 5 || !seen[megan] || !seen[guest] {
			t.Errorf("seen %v", seen)
		}
		if n := w.wire.count(func(n note) bool { return n.path == "/v1.0/users" }); n != 3 {
			t.Errorf("%d pages, want 3", n)
		}
	})
	t.Run("groups", func(t *testing.T) {
		t.Parallel()
		c := client(t)
		for n := range 5 {
			must(c.Groups().Post(t.Context(), newGroup(fmt.Sprint("team", n)), nil))(t)
		}
		first := must(c.Groups().Get(t.Context(), &groups.GroupsRequestBuilderGetRequestConfiguration{QueryParameters: &groups.GroupsRequestBuilderGetQueryParameters{
			Top: new(int32(2)), Filter: new("startswith(displayName,'team')"),
		}}))(t)
		pages := must(core.NewPageIterator[models.Groupable](first, c.GetAdapter(), models.CreateGroupCollectionResponseFromDiscriminatorValue))(t)
		var seen []string
		ok(t, pages.Iterate(t.Context(), func(g models.Groupable) bool {
			seen = append(seen, value(g.GetDisplayName()))
			return true
		}))
		slices.Sort(seen)
		if want := []string{"team0", "team1", "team2", "team3", "team4"}; !slices.Equal(seen, want) {
			t.Errorf("got %q, want %q", seen, want)
		}
	})
}

func TestBatch(t *testing.T) {
	t.Parallel()
	c := client(t)
	batch := core.NewBatchRequest(c.GetAdapter())
	created := step(t, batch)(c.Groups().ToPostRequestInformation(t.Context(), newGroup("batched"), nil))
	found := step(t, batch)(c.Users().ByUserId(guestName).ToGetRequestInformation(t.Context(), nil))
	missing := step(t, batch)(c.Users().ByUserId(unknownID).ToGetRequestInformation(t.Context(), nil))
	listed := step(t, batch)(c.Groups().ToGetRequestInformation(t.Context(), nil))
	listed.DependsOnItem(created)
	failed := step(t, batch)(c.Users().ToGetRequestInformation(t.Context(), nil))
	failed.DependsOnItem(missing)

	answer := must(batch.Send(t.Context(), c.GetAdapter()))(t)
	for _, tt := range []struct {
		name   string
		item   core.BatchItem
		status int32
	}{{"created", created, 201}, {"found", found, 200}, {"missing", missing, 404}, {"listed", listed, 200}, {"failed", failed, 424}} {
		same(t, "status of "+tt.name, answer.GetResponseById(*tt.item.GetId()).GetStatus(), tt.status)
	}
	u := must(core.GetBatchResponseById[models.Userable](answer, *found.GetId(), models.CreateUserFromDiscriminatorValue))(t)
	same(t, "id of the guest", u.GetId(), guest)
	all := must(core.GetBatchResponseById[models.GroupCollectionResponseable](answer, *listed.GetId(), models.CreateGroupCollectionResponseFromDiscriminatorValue))(t)
	if !slices.ContainsFunc(all.GetValue(), func(g models.Groupable) bool { return value(g.GetDisplayName()) == "batched" }) {
		t.Error("what depends on the creation does not see it")
	}
}

// step adds a request to a batch: step(t, batch)(builder.ToGetRequestInformation(…)).
func step(t *testing.T, batch core.BatchRequest) func(*abstractions.RequestInformation, error) core.BatchItem {
	return func(r *abstractions.RequestInformation, err error) core.BatchItem {
		t.Helper()
		ok(t, err)
		return must(batch.AddBatchRequestStep(*r))(t)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	w := start(t)
	c, weak := w.as(t, suite, secret), w.as(t, reader, secret)
	for _, tt := range []struct {
		name   string
		call   func(*testing.T) error
		status int
		code   string
	}{
		{"nobody", func(t *testing.T) error { return second(c.Users().ByUserId(unknownID).Get(t.Context(), nil)) }, 404, "Request_ResourceNotFound"},
		{"a name that is taken", func(t *testing.T) error { return second(c.Users().Post(t.Context(), newUser("megan"), nil)) }, 400, "Request_BadRequest"},
		{"a filter that is none", func(t *testing.T) error { return second(filtered(t, c, "userType eq")) }, 400, "Request_BadRequest"},
		{"the permission is missing", func(t *testing.T) error { return second(weak.Groups().Post(t.Context(), newGroup("refused"), nil)) }, 403, "Authorization_RequestDenied"},
		{"an application has no /me", func(t *testing.T) error { return second(c.Me().Get(t.Context(), nil)) }, 400, "BadRequest"},
		{"twice in a group", func(t *testing.T) error {
			g := must(c.Groups().Post(t.Context(), newGroup("twice"), nil))(t)
			refs := c.Groups().ByGroupId(*g.GetId()).Members().Ref()
			ok(t, refs.Post(t.Context(), reference(megan), nil))
			return refs.Post(t.Context(), reference(megan), nil)
		}, 400, "Request_BadRequest"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fails(t, tt.call(t), tt.status, tt.code)
		})
	}
}

func second[T any](_ T, err error) error { return err }

func filtered(t *testing.T, c *graph.GraphServiceClient, filter string) (models.UserCollectionResponseable, error) {
	t.Helper()
	return c.Users().Get(t.Context(), &users.UsersRequestBuilderGetRequestConfiguration{QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Filter: &filter}})
}
