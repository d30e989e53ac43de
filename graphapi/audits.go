package graphapi

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/directory"
	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// Pages of the audit logs (graph.md 10).
const (
	auditPage = 1000
	auditMost = 1000
)

// wireDirectoryAudit is an entry of the directory's log.
type wireDirectoryAudit struct {
	ID                  string            `json:"id"`
	Category            string            `json:"category"`
	CorrelationID       *string           `json:"correlationId"`
	Result              string            `json:"result"`
	ResultReason        *string           `json:"resultReason"`
	ActivityDisplayName string            `json:"activityDisplayName"`
	ActivityDateTime    time.Time         `json:"activityDateTime"`
	LoggedByService     string            `json:"loggedByService"`
	OperationType       *string           `json:"operationType"`
	UserAgent           *string           `json:"userAgent"`
	InitiatedBy         wireInitiator     `json:"initiatedBy"`
	TargetResources     []wireAuditTarget `json:"targetResources"`
	AdditionalDetails   []wireAuditDetail `json:"additionalDetails"`
}

type wireInitiator struct {
	User *wireAuditUser `json:"user"`
	App  *wireAuditApp  `json:"app"`
}

type wireAuditUser struct {
	ID                *string `json:"id"`
	DisplayName       *string `json:"displayName"`
	UserPrincipalName *string `json:"userPrincipalName"`
	IPAddress         *string `json:"ipAddress"`
	UserType          *string `json:"userType"`
	HomeTenantID      *string `json:"homeTenantId"`
	HomeTenantName    *string `json:"homeTenantName"`
}

type wireAuditApp struct {
	AppID                *string `json:"appId"`
	DisplayName          *string `json:"displayName"`
	ServicePrincipalID   *string `json:"servicePrincipalId"`
	ServicePrincipalName *string `json:"servicePrincipalName"`
}

type wireAuditTarget struct {
	ID                 *string             `json:"id"`
	DisplayName        *string             `json:"displayName"`
	Type               string              `json:"type"`
	UserPrincipalName  *string             `json:"userPrincipalName"`
	GroupType          *string             `json:"groupType"`
	ModifiedProperties []wireAuditModified `json:"modifiedProperties"`
}

type wireAuditModified struct {
	DisplayName string  `json:"displayName"`
	OldValue    *string `json:"oldValue"`
	NewValue    *string `json:"newValue"`
}

type wireAuditDetail struct {
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

// auditNodes are auditLogs: what was done in the directory, and who signed in.
func auditNodes() []node {
	read := []string{"AuditLog.Read.All"}
	return []node{
		{Name: rootNode, Children: []child{{Name: "auditLogs", Of: "auditLogs"}}},
		{
			Name:        "auditLogs",
			Children:    []child{{Name: "directoryAudits", Of: "directoryAudits"}, {Name: "signIns", Of: "signIns"}},
			NotEmulated: []string{"customSecurityAttributeAudits", "directoryProvisioning", "provisioning"},
		},
		{
			Name: "directoryAudits", Key: key{Of: "directoryAudit", Resolve: auditByKey},
			Operations: []operation{{
				Name: "directoryAudits.list", Method: "GET", Countable: true, Handler: listAudits, Source: "GD:api/directoryaudit-list",
				Delegated: read, Application: read,
			}},
		},
		{
			Name: "directoryAudit", Properties: odata.PropertiesOf(wireDirectoryAudit{}),
			Operations: []operation{{
				Name: "directoryAudit.get", Method: "GET", Handler: getAudit, Source: "GD:api/directoryaudit-get",
				Delegated: read, Application: read,
			}},
		},
		{
			Name: "signIns", Key: key{Of: "signIn", Resolve: signInByKey},
			Operations: []operation{{
				Name: "signIns.list", Method: "GET", Countable: true, Handler: listSignIns, Source: "GD:api/signin-list",
				Delegated: read, Application: read,
			}},
			NotEmulated: []string{"confirmCompromised", "confirmSafe", "dismiss"},
		},
		{
			Name: "signIn", Properties: odata.PropertiesOf(wireSignIn{}),
			Operations: []operation{{
				Name: "signIn.get", Method: "GET", Handler: getSignIn, Source: "GD:api/signin-get",
				Delegated: read, Application: read,
			}},
		},
	}
}

// mayAudit asks for a role that reads the logs.
func (r *request) mayAudit() error {
	return directory.RequireRole(r.tx, r.caller, directory.GlobalAdministrator, directory.GlobalReader, directory.ReportsReader,
		directory.SecurityReader, directory.SecurityAdministrator)
}

func (r *request) directoryAuditOf(e state.Event) wireDirectoryAudit {
	w := wireDirectoryAudit{
		ID: e.ID, Category: e.Category, CorrelationID: orNull(e.CorrelationID), Result: e.Result, ResultReason: orNull(e.Reason),
		ActivityDisplayName: e.Operation, ActivityDateTime: e.At, LoggedByService: e.Service, OperationType: orNull(e.Type),
		UserAgent: orNull(e.UserAgent), InitiatedBy: r.initiatorOf(e), TargetResources: []wireAuditTarget{}, AdditionalDetails: []wireAuditDetail{},
	}
	empty := ""
	w.ResultReason = &empty
	if e.Reason != "" {
		w.ResultReason = &e.Reason
	}
	for _, t := range e.Targets {
		w.TargetResources = append(w.TargetResources, wireAuditTarget{
			ID: orNull(t.ID), DisplayName: orNull(t.DisplayName), Type: t.Type, UserPrincipalName: orNull(t.UPN), GroupType: orNull(t.GroupType),
			ModifiedProperties: mapped(t.Modified, func(m state.ModifiedProperty) wireAuditModified {
				return wireAuditModified{m.Name, orNull(m.Old), orNull(m.New)}
			}),
		})
	}
	for _, d := range e.Details {
		w.AdditionalDetails = append(w.AdditionalDetails, wireAuditDetail{d.Key, orNull(d.Value)})
	}
	return w
}

// initiatorOf is a person or an application, never both.
func (r *request) initiatorOf(e state.Event) wireInitiator {
	if e.Actor.UserID != "" {
		u := &wireAuditUser{
			ID: orNull(e.Actor.UserID), DisplayName: orNull(e.Actor.Name), UserPrincipalName: orNull(e.ActorUPN), IPAddress: orNull(e.IPAddress),
			UserType: orNull(e.ActorType),
		}
		return wireInitiator{User: u}
	}
	a := &wireAuditApp{AppID: orNull(e.Actor.AppID), DisplayName: orNull(e.Actor.Name)}
	if p, ok := directory.ServicePrincipalByAppID(r.tx, e.TenantID, e.Actor.AppID); ok && e.Actor.AppID != "" {
		a.ServicePrincipalID = orNull(p.ID)
	}
	return wireInitiator{App: a}
}

// auditsNewestFirst are the directory's entries.
func (r *request) auditsNewestFirst() []state.Event {
	all := slices.Collect(r.tx.Events(r.tenant.ID))
	all = slices.DeleteFunc(all, func(e state.Event) bool { return e.Workload != "AzureActiveDirectory" })
	slices.Reverse(all)
	return all
}

func auditByKey(r *request, _ any, k odata.Predicate) (any, error) {
	if err := r.mayAudit(); err != nil {
		return nil, err
	}
	for _, e := range r.auditsNewestFirst() {
		if strings.EqualFold(e.ID, k.Text()) {
			return e, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func getAudit(r *request, call *odata.Call) (any, error) {
	return entity(call, "auditLogs/directoryAudits", r.directoryAuditOf(call.Value.(state.Event))), nil
}

func listAudits(r *request, call *odata.Call) (any, error) {
	if err := r.mayAudit(); err != nil {
		return nil, err
	}
	rows := []wireDirectoryAudit{}
	for _, e := range r.auditsNewestFirst() {
		if w := r.directoryAuditOf(e); odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerLog(r, call, "auditLogs/directoryAudits", rows, func(w wireDirectoryAudit) string { return w.ID })
}

// answerLog answers filtered rows of a log, newest first unless sorted otherwise.
func answerLog[T any](r *request, call *odata.Call, context string, rows []T, id func(T) string) (any, error) {
	if call.Count {
		return counted(len(rows)), nil
	}
	odata.SortRows(rows, call.Query.OrderBy)
	rows, next, err := pageOf(r, call, rows, auditPage, auditMost, id)
	if err != nil {
		return nil, err
	}
	return page(call, context, rows, nil, next), nil
}
