package graphapi

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// sponsorsOf are the people and groups that answer for a guest.
type sponsorsOf struct {
	objectList
	user state.User
}

type sponsor struct {
	directory.Object
	of state.User
}

// sponsorNodes are a user's sponsors. Who invited is the first one.
func sponsorNodes() []node {
	return []node{
		{Name: "user", Children: []child{{Name: "sponsors", Of: "sponsors", Resolve: resolveSponsors}}},
		{
			Name: "sponsors", Extends: "objectList",
			Key: key{Of: "sponsor", Resolve: sponsorByKey},
			Operations: []operation{
				{
					Name: "sponsors.list", Method: "GET", Countable: true, Handler: listSponsors, Source: "GDC:api/user-list-sponsors",
					Delegated: readSelf(), Application: readUsers()[1:],
				},
				{
					Name: "sponsors.add", Method: "POST", Segment: "$ref", Handler: addSponsor, Source: "GDC:api/user-post-sponsors",
					Delegated: writeUsers(), Application: writeUsers(),
				},
			},
		},
		{
			Name: "sponsor", Extends: "directoryObject",
			Operations: []operation{{
				Name: "sponsor.remove", Method: "DELETE", Segment: "$ref", Handler: removeSponsor, Source: "GDC:api/user-delete-sponsors",
				Delegated: writeUsers(), Application: writeUsers(),
			}},
		},
	}
}

func resolveSponsors(r *request, parent any, args odata.Args) (any, error) {
	list, err := objectsOf((*request).sponsors)(r, parent, args)
	if err != nil {
		return nil, err
	}
	return sponsorsOf{list.(objectList), parent.(state.User)}, nil
}

func sponsorByKey(r *request, in any, k odata.Predicate) (any, error) {
	of := in.(sponsorsOf)
	if !slices.ContainsFunc(of.user.SponsorIDs, func(id string) bool { return strings.EqualFold(id, k.Text()) }) {
		return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
	}
	o, err := directory.FindObject(r.tx, r.tenant.ID, k.Text())
	if err != nil {
		return nil, err
	}
	return sponsor{o, of.user}, nil
}

func listSponsors(r *request, call *odata.Call) (any, error) {
	call.Value = call.Value.(sponsorsOf).objectList
	return listObjects(r, call)
}

func addSponsor(r *request, call *odata.Call) (any, error) {
	u := call.Value.(sponsorsOf).user
	id, err := r.reference()
	if err != nil {
		return nil, err
	}
	o, err := directory.FindObject(r.tx, r.tenant.ID, id)
	if err != nil {
		return nil, err
	}
	switch {
	case o.Type != directory.TypeUser && o.Type != directory.TypeGroup:
		return nil, problem.For(problem.Invalid, problem.NestingNotAllowed, id, "A sponsor is a user or a group.")
	case slices.Contains(u.SponsorIDs, o.ID):
		return nil, problem.For(problem.Conflict, problem.ReferenceExists, "sponsors",
			"One or more added object references already exist for the following modified properties: 'sponsors'.")
	}
	return r.setSponsors(u, append(slices.Clone(u.SponsorIDs), o.ID))
}

func removeSponsor(r *request, call *odata.Call) (any, error) {
	s := call.Value.(sponsor)
	return r.setSponsors(s.of, slices.DeleteFunc(slices.Clone(s.of.SponsorIDs), func(id string) bool { return strings.EqualFold(id, s.ID) }))
}

func (r *request) setSponsors(u state.User, ids []string) (any, error) {
	if err := directory.MayManageUsers(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	u.SponsorIDs = ids
	if _, err := directory.UpdateUser(r.tx, r.caller, u); err != nil {
		return nil, err
	}
	return noContent(), nil
}
