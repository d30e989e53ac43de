package tokens

import "fmt"

// Refusal is a failure of signing in: a fact, and what its text names. The face knows the number, the protocol's error name
// and the wording of each (identity.md 4.2).
type Refusal struct {
	Reason Reason
	Args   []any
	Claims string // claims that a client should ask for, JSON
	Err    error  // the cause, for the log
}

func (r *Refusal) Error() string {
	s := fmt.Sprintf("sign-in refused: %s", r.Reason)
	if len(r.Args) > 0 {
		s += fmt.Sprint(" ", r.Args)
	}
	if r.Err != nil {
		s += ": " + r.Err.Error()
	}
	return s
}

func (r *Refusal) Unwrap() error { return r.Err }

// Is makes errors.Is match on the reason.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Reason == r.Reason
}

// Refuse returns a refusal; args are what its text names.
func Refuse(r Reason, args ...any) error { return &Refusal{Reason: r, Args: args} }

// Pass is asked whether a failure may pass, as it may in a lenient world, and notes it if so. nil lets nothing pass.
type Pass func(error) bool

func (p Pass) lets(err error) bool { return p != nil && p(err) }

// Reason is why somebody or something was not signed in.
type Reason int

// The reasons, by what they are about; args in brackets.
const (
	// Requests.
	TenantNotFound   Reason = iota // no such tenant (its name)
	TenantMissing                  // an application alone at common
	InstanceUnknown                // a cloud that nobody knows
	ParameterMissing               // (its name)
	Malformed                      // a code or token that is none
	RequestMalformed               // a request that cannot be read
	MethodWrong                    // (method)
	GrantUnknown                   // (grant type)
	ResponseUnknown                // (response type)
	ModeUnknown                    // (response mode)
	ImplicitOff                    // (what the application may not get directly)
	ResourceAtV2                   // resource where scope belongs
	PromptUnknown                  // (prompt)
	DeviceAuthority                // the device flow at an authority that has none

	// Clients.
	ClientUnknown       // not in this tenant (client id, tenant's name)
	ClientIDInvalid     // (client id)
	ClientDisabled      // (client id)
	SingleTenant        // at common (client id, name)
	ClientNotPersonal   // not for personal accounts (client id)
	SecretWrong         // (client id)
	SecretExpired       // (client id)
	CredentialMissing   //
	CredentialUnwanted  // a public client that sends one (client id)
	AssertionInvalid    // (what is wrong)
	AssertionUnmatched  // no federated credential fits (issuer, subject)
	AssertionOutOfTime  //
	RedirectUnknown     // (redirect address, client id)
	RedirectNone        // the application has none
	RedirectDiffers     // another one than at authorize
	OriginMissing       // a single-page application's code without its origin
	CrossOriginUnwanted // an origin, but no single-page application

	// Resources and scopes.
	ResourceUnknown    // (resource, tenant's name)
	ResourceNotListed  // the application does not ask for it (client id, resource, its id)
	ScopeInvalid       // (scope)
	ScopeNotDefault    // an application alone asks for more than .default (scope)
	ResourcesSeveral   // (scopes)
	ConsentMissing     // (client id, name)
	ConsentDeclined    //
	AdminConsentNeeded // (name)

	// People.
	UserUnknown        // (address, tenant's name)
	PasswordWrong      //
	PasswordExpired    //
	PasswordNone       //
	PasswordAtCommon   //
	PasswordFederated  //
	Locked             //
	UserDisabled       //
	NotInTenant        // (address, identity provider, tenant's name, client id, name)
	NotInDirectory     // (object id, tenant)
	PendingRedemption  //
	AssignmentMissing  // (address, client id, name)
	OutboundBlocked    // (home tenant)
	InboundBlocked     // (resource tenant)
	MFARequired        // (resource)
	MFAUnregistered    //
	SignInRequired     // no session
	SessionsSeveral    //
	AccountUnsuited    // none of the sessions fits
	InteractionBlocked // conditional access (what)
	DomainWrong        //
	InvitationUnknown  // withdrawn, or never was
	InvitationBlocked  // a domain list (tenant's name)
	WrongInvitee       // (the address that was invited, the one that signed in)
	LegacyBlocked      // a known issue of the preview: version 1 sign-in of a guest by the sync client

	// Codes and tokens.
	GrantInvalid     // for somebody else, or unknown
	ClientMismatch   // a refresh token of another client (client id)
	CodeExpired      //
	CodeRedeemed     //
	CodeTenant       //
	VerifierWrong    //
	VerifierMissing  //
	Revoked          // (when the grant was issued, from when grants count)
	PasswordChanged  // a session from before
	SessionRevoked   //
	RefreshIdle      // (issued at)
	RefreshEndedSPA  //
	DevicePending    //
	DeviceUnknown    //
	DeviceExpired    //
	DeviceDeclined   //
	OnBehalfInvalid  // an assertion that cannot be exchanged (why)
	OnBehalfAudience // for another application
	RequestLoop      //
)

//go:generate go tool stringer -type=Reason -output=reason_string.go
