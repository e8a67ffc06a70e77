using RandomChat.Domain;

namespace RandomChat.Application;

/// <summary>Which code of the contract a rule's refusal becomes.</summary>
public static class Refusals
{
    public static Refusal From(Rejection rejection) => rejection.Code switch
    {
        "age-restricted" or "terms-required" => new(rejection.Code, rejection.Message),
        "match.not-started" or "match.not-a-participant" => Refusal.NotInMatch,
        "visitor.unknown" or "visitor.erased" => new("no-session", "Your session ended. Start again; it takes a moment."),
        "ban.unknown-policy" => Refusal.Invalid("reason", rejection.Message),
        "ban.until-past" or "case.until-past" or "case.until-too-far" => Refusal.Invalid("until", rejection.Message),
        "account.unknown" or "ban.unknown" or "ban.not-active" or "ban.not-permanent" or "appeal.unknown" or "case.unknown" or "case.not-held" or "staff.unknown" or "staff.invitation-over" => Refusal.NotFound(rejection.Message),
        "transparency.period" or "transparency.not-over" => Refusal.Invalid("period", rejection.Message),
        "case.exported" => Refusal.Invalid("why", rejection.Message),
        "case.restricted" or "case.handed-on" or "ban.restricted" => new("forbidden", rejection.Message),
        _ => Refusal.Conflict(rejection.Message),
    };
}
