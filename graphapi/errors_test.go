package graphapi

import (
	"net/http"
	"testing"

	"github.com/tennantite/tennantite/emulator/links"
	"github.com/tennantite/tennantite/emulator/problem"
)

// TestFailures asks that every reason has words for both workloads, and checks those that clients live by.
func TestFailures(t *testing.T) {
	t.Parallel()
	for reason := problem.None + 1; ; reason++ {
		how, ok := reasons()[reason]
		if !ok {
			if text := reason.String(); text[:min(len(text), 7)] != "Reason(" {
				t.Errorf("%s has no words", text)
			}
			break
		}
		for _, f := range how {
			if http.StatusText(f.status) == "" || f.code == "" {
				t.Errorf("%s: %+v", reason, f)
			}
		}
	}
	for _, c := range []struct {
		kind    problem.Kind
		reason  problem.Reason
		target  string
		files   bool
		service links.Service
		want    failure
	}{
		{problem.NotFound, problem.UserNotFound, "x", false, links.Graph, failure{404, "Request_ResourceNotFound", ""}},
		{problem.NotFound, problem.ItemNotFound, "x", true, links.Graph, failure{404, "itemNotFound", ""}},
		{problem.Denied, problem.MissingScope, "", false, links.Graph, failure{403, "Authorization_RequestDenied", ""}},
		{problem.Denied, problem.AccessDenied, "", true, links.Graph, failure{403, "accessDenied", ""}},
		{problem.Unauthenticated, problem.TokenExpired, "", false, links.Graph, failure{401, "InvalidAuthenticationToken", ""}},
		{problem.Unauthenticated, problem.TokenExpired, "", true, links.SharePoint, failure{401, "unauthenticated", ""}},
		{problem.Conflict, problem.NameExists, "", true, links.Graph, failure{409, "nameAlreadyExists", ""}},
		{problem.Conflict, problem.PreconditionFailed, "", true, links.Graph, failure{412, "resourceModified", "entityTagDoesNotMatch"}},
		{problem.Invalid, problem.InvalidProperty, "notificationUrl", false, links.Graph, failure{400, "ValidationError", ""}},
		{problem.Invalid, problem.LimitExceeded, "$filter", false, links.Graph, failure{400, "Request_BadRequest", ""}},
		{problem.TooLarge, problem.LimitExceeded, "", false, links.Graph, failure{413, "RequestEntityTooLarge", ""}},
		{problem.Internal, problem.None, "", false, links.Graph, failure{500, "InternalServerError", ""}},
	} {
		if got := failureOf(&problem.Error{Kind: c.kind, Reason: c.reason, Target: c.target}, c.files, c.service); got != c.want {
			t.Errorf("%s/%s of %q: %+v, want %+v", c.kind, c.reason, c.target, got, c.want)
		}
	}
}
