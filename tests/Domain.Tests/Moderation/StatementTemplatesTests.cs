using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class StatementTemplatesTests
{
    [Fact]
    public void A_template_is_a_statement_of_any_policy_when_somebody_has_said_in_it_what_was_done()
    {
        foreach (var policy in Policies.All)
        {
            var template = StatementTemplates.For(policy);
            Assert.True(StatementTemplates.IsUnedited(template), policy.Code);
            Assert.True(StatementTemplates.IsUnedited($"\n {template.ToUpperInvariant()} Goodbye."), policy.Code);
            Assert.True(StatementTemplates.IsUnedited(template.Replace($" {StatementTemplates.Gap}.", "  ", StringComparison.Ordinal)), policy.Code);
            Assert.False(StatementTemplates.IsUnedited(template.Replace(StatementTemplates.Gap, "you called somebody names", StringComparison.Ordinal)), policy.Code);
        }
    }
}
