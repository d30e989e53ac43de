package spoapi

import (
	"errors"
	"net/http"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// failed is the error page.
type failed struct {
	Text, Code, Setting, Back string
}

// errorView is the page of a failure: what happened in words, the reason's name as its code, and the setting that decided.
func errorView(err error) view {
	w, e := said(err)
	f := failed{Text: orText(e.Detail, pageText(e.Reason)), Code: e.Reason.String(), Setting: e.Target}
	if e.Kind == problem.Internal {
		f = failed{Text: "Something went wrong in the emulator. Its log says more.", Code: "Internal"}
	}
	if e.Reason == problem.None {
		f.Code = e.Kind.String()
	}
	v := view{status: w.status, kind: "error", title: pageTitle(e), body: "error"}
	if r, ok := errors.AsType[*redemptionError](err); ok {
		f.Back = "/_layouts/15/acceptinvite.aspx?invitation=%7B" + strings.ToUpper(r.invitation) + "%7D&other=1"
		v.title = "This invitation cannot be accepted"
	}
	if v.status == http.StatusUnauthorized || v.status == http.StatusInternalServerError && e.Kind != problem.Internal {
		v.status = http.StatusForbidden
	}
	v.data = f
	return v
}

func pageTitle(e *problem.Error) string {
	switch e.Reason {
	case problem.InvitationNotFound, problem.InvitationExpired, problem.InvitationRedeemed:
		return "This invitation is no longer good"
	case problem.LinkNotFound, problem.LinkExpired:
		return "This link is no longer good"
	case problem.GuestRequired:
		return "The guest access settings changed"
	case problem.SiteNotFound, problem.ListNotFound, problem.ItemNotFound, problem.UnknownSegment:
		return "There is nothing here"
	default:
	}
	if e.Kind == problem.Denied || e.Kind == problem.Unauthenticated {
		return "Access denied"
	}
	return "That did not work"
}

func pageText(r problem.Reason) string {
	switch r {
	case problem.SiteNotFound, problem.ListNotFound, problem.ItemNotFound, problem.UnknownSegment:
		return "Nothing stands at this address."
	case problem.GuestRequired:
		return "The organisation opens this to guests of its directory only. Whoever shared it has to share it once more."
	default:
		return "It cannot be opened."
	}
}
