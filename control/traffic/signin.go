package traffic

// signInNames are the error name and the suberror of AADSTS numbers that only a fault provokes: conditional access, a
// looping client, a further confirmation (identity.md 4.2). Libraries look at both to tell whether a person can help.
//
//nolint:gochecknoglobals // a constant table
var signInNames = map[int][2]string{
	50072: {"interaction_required", "additional_action"},
	50074: {"interaction_required", "basic_action"},
	50076: {"interaction_required", "basic_action"},
	50078: {"interaction_required", "additional_action"},
	50079: {"interaction_required", "basic_action"},
	50097: {"interaction_required", "additional_action"},
	50158: {"interaction_required", "additional_action"},
	50199: {"interaction_required", "additional_action"},
	53000: {"interaction_required", "message_only"},
	53001: {"interaction_required", "message_only"},
	53002: {"interaction_required", "message_only"},
	53003: {"interaction_required", "message_only"},
	53004: {"interaction_required", "message_only"},
	50053: {"invalid_grant", ""},
	50132: {"invalid_grant", "bad_token"},
	50133: {"invalid_grant", "bad_token"},
	50173: {"invalid_grant", "bad_token"},
	50196: {"invalid_grant", ""},
	65001: {"invalid_grant", "consent_required"},
}
