package graphapi

import (
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

const (
	// anyToken stands in a list of permissions for: every token of this resource will do.
	anyToken = "any token"
	// secretAddress stands there for: no token; who knows the address may. The handler finds out whose tenant it is.
	secretAddress = "no token: the address is secret"
)

// secret tells whether the operation asks for no token.
func secret(o *operation) bool { return slices.Contains(o.Delegated, secretAddress) }

// settings are the collections at the root that hold what an organisation has set up; see [directory.MayReadSettings]. The
// caller is refused before anything is looked for, so that he does not learn what there is.
func settings(template string) bool {
	template = strings.TrimPrefix(strings.TrimPrefix(template, "/"), "myorganization/")
	first, _, _ := strings.Cut(template, "/")
	switch first {
	case "admin", "auditLogs", "authenticationMethodsPolicy", "directory", "directoryRoles", "directoryRoleTemplates", "identity",
		"identityProviders", "legacy", "policies", "roleManagement", "subscribedSkus":
		return true
	}
	return false
}

// permit checks whether the token carries one of the operation's permissions. What the person behind it may do is the
// rules' concern.
func (r *request) permit(o *operation) error {
	if r.tx.World().Lenient {
		return nil
	}
	allowed, have := o.Delegated, r.caller.Scopes
	if r.caller.AppOnly() {
		allowed, have = o.Application, r.caller.Roles
	}
	if slices.Contains(allowed, anyToken) {
		return nil
	}
	if r.sharePoint() {
		allowed = sharePointPermissions(allowed, r.caller.AppOnly())
	}
	for _, p := range have {
		if slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, p) }) {
			return nil
		}
	}
	return problem.New(problem.Denied, problem.MissingScope, "Insufficient privileges to complete the operation.")
}

// sharePointPermissions are the permissions of SharePoint's own API that stand for those of Graph: tokens for a SharePoint
// host carry them. From memory, unverified.
func sharePointPermissions(graph []string, appOnly bool) []string {
	if len(graph) == 0 {
		return nil
	}
	all := slices.Concat(graph, []string{"AllSites.FullControl", "Sites.FullControl.All"})
	write, manage := true, true
	for _, p := range graph {
		write = write && (strings.Contains(p, "Write") || strings.Contains(p, "Manage") || strings.Contains(p, "FullControl"))
		manage = manage && (strings.Contains(p, "Manage") || strings.Contains(p, "FullControl"))
	}
	switch {
	case appOnly && manage:
		return append(all, "Sites.Manage.All")
	case appOnly && write:
		return append(all, "Sites.Manage.All", "Sites.ReadWrite.All")
	case appOnly:
		return append(all, "Sites.Manage.All", "Sites.ReadWrite.All", "Sites.Read.All")
	case manage:
		return append(all, "AllSites.Manage")
	case write:
		return append(all, "AllSites.Manage", "AllSites.Write", "MyFiles.Write")
	}
	return append(all, "AllSites.Manage", "AllSites.Write", "AllSites.Read", "MyFiles.Write", "MyFiles.Read")
}
