package graphapi

import (
	"slices"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// wireSignIn is an entry of the sign-in log (CSDL; GD:res/signin).
type wireSignIn struct {
	ID                              string           `json:"id"`
	CreatedDateTime                 time.Time        `json:"createdDateTime"`
	UserDisplayName                 *string          `json:"userDisplayName"`
	UserPrincipalName               *string          `json:"userPrincipalName"`
	UserID                          string           `json:"userId"`
	AppID                           *string          `json:"appId"`
	AppDisplayName                  *string          `json:"appDisplayName"`
	IPAddress                       *string          `json:"ipAddress"`
	ClientAppUsed                   *string          `json:"clientAppUsed"`
	CorrelationID                   *string          `json:"correlationId"`
	ConditionalAccessStatus         string           `json:"conditionalAccessStatus"`
	IsInteractive                   bool             `json:"isInteractive"`
	RiskDetail                      string           `json:"riskDetail"`
	RiskLevelAggregated             string           `json:"riskLevelAggregated"`
	RiskLevelDuringSignIn           string           `json:"riskLevelDuringSignIn"`
	RiskState                       string           `json:"riskState"`
	RiskEventTypes                  []string         `json:"riskEventTypes"`
	RiskEventTypesV2                []string         `json:"riskEventTypes_v2"`
	ResourceDisplayName             *string          `json:"resourceDisplayName"`
	ResourceID                      *string          `json:"resourceId"`
	HomeTenantID                    *string          `json:"homeTenantId"`
	ResourceTenantID                *string          `json:"resourceTenantId"`
	UserType                        string           `json:"userType"`
	CrossTenantAccessType           string           `json:"crossTenantAccessType"`
	UniqueTokenIdentifier           *string          `json:"uniqueTokenIdentifier"`
	UserAgent                       *string          `json:"userAgent"`
	SignInEventTypes                []string         `json:"signInEventTypes"`
	Status                          wireSignInStatus `json:"status"`
	DeviceDetail                    wireDevice       `json:"deviceDetail"`
	Location                        wireLocation     `json:"location"`
	AppliedConditionalAccessPolices []string         `json:"appliedConditionalAccessPolicies"`
}

type wireSignInStatus struct {
	ErrorCode         int     `json:"errorCode"`
	FailureReason     *string `json:"failureReason"`
	AdditionalDetails *string `json:"additionalDetails"`
}

type wireDevice struct {
	DeviceID        *string `json:"deviceId"`
	DisplayName     *string `json:"displayName"`
	OperatingSystem *string `json:"operatingSystem"`
	Browser         *string `json:"browser"`
	IsCompliant     *bool   `json:"isCompliant"`
	IsManaged       *bool   `json:"isManaged"`
	TrustType       *string `json:"trustType"`
}

type wireLocation struct {
	City            *string    `json:"city"`
	State           *string    `json:"state"`
	CountryOrRegion *string    `json:"countryOrRegion"`
	GeoCoordinates  wireCoords `json:"geoCoordinates"`
}

type wireCoords struct {
	Altitude  *float64 `json:"altitude"`
	Latitude  *float64 `json:"latitude"`
	Longitude *float64 `json:"longitude"`
}

// signInOf is an entry on the wire; a success says so in failureReason, as the service does.
func signInOf(s state.SignIn) wireSignIn {
	w := wireSignIn{
		ID: s.ID, CreatedDateTime: s.At, UserDisplayName: orNull(s.UserName), UserPrincipalName: orNull(s.UPN), UserID: s.UserID,
		AppID: orNull(s.AppID), AppDisplayName: orNull(s.AppName), IPAddress: orNull(s.IPAddress),
		ClientAppUsed: orNull("Mobile Apps and Desktop clients"), CorrelationID: orNull(s.CorrelationID),
		ConditionalAccessStatus: "notApplied", IsInteractive: s.Interactive, RiskDetail: "none", RiskLevelAggregated: "none",
		RiskLevelDuringSignIn: "none", RiskState: "none", RiskEventTypes: []string{}, RiskEventTypesV2: []string{},
		ResourceDisplayName: orNull(s.ResourceName), ResourceID: orNull(s.ResourceID), HomeTenantID: orNull(s.HomeTenantID),
		ResourceTenantID: orNull(s.TenantID), UserType: strings.ToLower(string(s.UserType)), CrossTenantAccessType: "none",
		UniqueTokenIdentifier: orNull(s.TokenID), UserAgent: orNull(s.UserAgent), SignInEventTypes: []string{"interactiveUser"},
		Status: wireSignInStatus{ErrorCode: s.ErrorCode, FailureReason: orNull(s.FailureReason)}, AppliedConditionalAccessPolices: []string{},
	}
	if s.ErrorCode == 0 {
		w.Status.FailureReason = orNull("Other.")
	}
	if !s.Interactive {
		w.SignInEventTypes = []string{"nonInteractiveUser"}
	}
	if s.HomeTenantID != "" && s.HomeTenantID != s.TenantID {
		w.CrossTenantAccessType = "b2bCollaboration"
	}
	return w
}

func signInByKey(r *request, _ any, k odata.Predicate) (any, error) {
	if err := r.mayAudit(); err != nil {
		return nil, err
	}
	for s := range r.tx.SignIns(r.tenant.ID) {
		if strings.EqualFold(s.ID, k.Text()) {
			return s, nil
		}
	}
	return nil, problem.For(problem.NotFound, problem.ObjectNotFound, k.Text(), "")
}

func getSignIn(r *request, call *odata.Call) (any, error) {
	return entity(call, "auditLogs/signIns", signInOf(call.Value.(state.SignIn))), nil
}

func listSignIns(r *request, call *odata.Call) (any, error) {
	if err := r.mayAudit(); err != nil {
		return nil, err
	}
	all := slices.Collect(r.tx.SignIns(r.tenant.ID))
	slices.Reverse(all)
	rows := []wireSignIn{}
	for _, s := range all {
		if w := signInOf(s); odata.Eval(call.Query.Filter, odata.ResourceOf(w)) {
			rows = append(rows, w)
		}
	}
	return answerLog(r, call, "auditLogs/signIns", rows, func(w wireSignIn) string { return w.ID })
}
