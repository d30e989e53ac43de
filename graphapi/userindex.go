package graphapi

import (
	"iter"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/state"
)

// usersFor yields the users among whom those are that a filter leaves, by id, behind the one named: through an index where
// one helps, else all.
func usersFor(tx *state.Tx, tenant string, filter odata.Expr, after string) iter.Seq[state.User] {
	id := func(u state.User) string { return u.ID }
	if found, ok := indexed(tx, tenant, filter); ok {
		return few(found, after, id)
	}
	if l, ok := odata.EqualsOn(filter, "userType"); ok && l.Value() != nil {
		if strings.EqualFold(string(state.Guest), l.Text()) {
			return behind(tx.UsersOfType(tenant, state.Guest), after, id)
		}
	}
	if after == "" {
		return tx.Users(tenant)
	}
	return behind(tx.UsersFrom(tenant, after), after, id)
}

// indexed returns the users for whom a filter can hold, where an index knows them; each is there once.
func indexed(tx *state.Tx, tenant string, e odata.Expr) ([]state.User, bool) {
	switch e := e.(type) {
	case odata.Binary:
		switch e.Op {
		case odata.And:
			if found, ok := indexed(tx, tenant, e.Left); ok {
				return found, true
			}
			return indexed(tx, tenant, e.Right)
		case odata.Or:
			left, ok := indexed(tx, tenant, e.Left)
			if !ok {
				return nil, false
			}
			right, ok := indexed(tx, tenant, e.Right)
			return union(left, right), ok
		case odata.Eq:
			return equalUsers(tx, tenant, e)
		case odata.Ne, odata.Gt, odata.Ge, odata.Lt, odata.Le, odata.Has:
		}
	case odata.In:
		return inUsers(tx, tenant, e)
	case odata.Function:
		if e.Name == "startswith" && strings.EqualFold(e.Args[0].String(), "displayName") {
			if l, ok := e.Args[1].(odata.Literal); ok {
				return namedUsers(tx, tenant, l.Text())
			}
		}
	case odata.Lambda:
		return addressedUsers(tx, tenant, e)
	}
	return nil, false
}

func union(a, b []state.User) []state.User {
	out := slices.Clone(a)
	for _, u := range b {
		if !slices.ContainsFunc(out, func(o state.User) bool { return o.ID == u.ID }) {
			out = append(out, u)
		}
	}
	return out
}

func equalUsers(tx *state.Tx, tenant string, e odata.Binary) ([]state.User, bool) {
	for _, property := range []string{"id", "userPrincipalName", "mail", "displayName"} {
		if l, ok := odata.EqualsOn(e, property); ok && l.Value() != nil {
			return usersWith(tx, tenant, property, l.Text())
		}
	}
	return nil, false
}

func inUsers(tx *state.Tx, tenant string, e odata.In) ([]state.User, bool) {
	for _, property := range []string{"id", "userPrincipalName", "mail", "displayName"} {
		literals, ok := odata.AnyOf(e, property)
		if !ok {
			continue
		}
		var found []state.User
		for _, l := range literals {
			if l.Value() == nil {
				return nil, false
			}
			some, ok := usersWith(tx, tenant, property, l.Text())
			if !ok {
				return nil, false
			}
			found = union(found, some)
		}
		return found, true
	}
	return nil, false
}

func usersWith(tx *state.Tx, tenant, property, value string) ([]state.User, bool) {
	one := func(u state.User, ok bool) ([]state.User, bool) {
		if !ok {
			return nil, true
		}
		return []state.User{u}, true
	}
	switch property {
	case "id":
		return one(tx.User(tenant, value))
	case "userPrincipalName":
		return one(tx.UserByUPN(tenant, value))
	case "mail":
		return slices.Collect(tx.UsersByAddress(tenant, value)), true
	}
	return namedUsers(tx, tenant, value)
}

// namedUsers returns the users whose display name begins so, unless there are many.
func namedUsers(tx *state.Tx, tenant, prefix string) ([]state.User, bool) {
	const most = 2000
	var found []state.User
	for u := range tx.UsersByName(tenant, prefix) {
		if !strings.HasPrefix(strings.ToLower(u.DisplayName), strings.ToLower(prefix)) {
			break
		}
		if len(found) == most {
			return nil, false
		}
		found = append(found, u)
	}
	return found, true
}

// addressedUsers is for proxyAddresses/any(p:p eq 'smtp:x') and otherMails/any(…).
func addressedUsers(tx *state.Tx, tenant string, l odata.Lambda) ([]state.User, bool) {
	path := strings.ToLower(string(l.Path))
	if l.All || path != "proxyaddresses" && path != "othermails" {
		return nil, false
	}
	x, ok := odata.EqualsOn(l.Body, l.Var)
	if !ok || x.Value() == nil {
		return nil, false
	}
	address := x.Text()
	if path == "proxyaddresses" {
		kind, rest, ok := strings.Cut(address, ":")
		if !ok || !strings.EqualFold(kind, "smtp") {
			return nil, false
		}
		address = rest
	}
	return slices.Collect(tx.UsersByAddress(tenant, address)), true
}
