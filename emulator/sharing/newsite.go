package sharing

import (
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/drive"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// NewSite describes a site that somebody asks for.
type NewSite struct {
	Path, Title, Description string
	Template                 string // "" is a team site without a group
	Owner                    string // address or login name; "" is who asks
}

// CreateSite makes a site for members of the organisation, and for applications that control all sites; guests may not.
// It fails with AccessDenied, InvalidProperty for a path that is none of a site, MissingProperty without a title,
// UserNotFound for an owner whom nobody knows, NameExists where the path is taken.
func CreateSite(tx *state.Tx, by directory.Principal, n NewSite) (state.Site, error) {
	denied := by.Guest() || by.User.ID == "" && !by.System && !by.HasRole("Sites.FullControl.All", "Sites.Manage.All", "Sites.Create.All")
	if denied {
		return state.Site{}, problem.New(problem.Denied, problem.AccessDenied, "Access denied.")
	}
	path := "/" + strings.Trim(n.Path, "/")
	name, found := strings.CutPrefix(strings.ToLower(path), "/sites/")
	if !found {
		name, found = strings.CutPrefix(strings.ToLower(path), "/teams/")
	}
	if !found || name == "" || strings.Contains(name, "/") || drive.CheckName(name) != nil {
		return state.Site{}, problem.For(problem.Invalid, problem.InvalidProperty, "Url", "The site url is not valid.")
	}
	if strings.TrimSpace(n.Title) == "" {
		return state.Site{}, problem.For(problem.Invalid, problem.MissingProperty, "Title", "The title of the site is missing.")
	}
	owner := by.User
	if n.Owner != "" {
		address := n.Owner[strings.LastIndexByte(n.Owner, '|')+1:]
		u, err := directory.FindUser(tx, by.Tenant, address)
		if err != nil {
			known, ok := directory.UserByAddress(tx, by.Tenant, address)
			if !ok {
				return state.Site{}, problem.For(problem.Invalid, problem.UserNotFound, "Owner", "The specified user %s could not be found.", n.Owner)
			}
			u = known
		}
		owner = u
	}
	actor := by.Actor()
	if owner.ID != "" {
		actor = directory.Principal{Tenant: by.Tenant, User: owner}.Actor()
	}
	return drive.AddSite(tx, drive.SiteSpec{
		TenantID: by.Tenant, Path: path, Title: n.Title, Description: n.Description, Template: n.Template, By: actor,
	})
}

// RemoveSite moves a site to the organisation's recycle bin: its owners and SharePoint's administrators may. It fails with
// AccessDenied.
func RemoveSite(tx *state.Tx, by directory.Principal, s state.Site) error {
	if err := Require(tx, by, drive.Place{Site: s}, state.RoleOwner); err != nil {
		return err
	}
	return drive.DeleteSite(tx, s)
}
