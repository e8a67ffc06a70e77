namespace RandomChat.Application.Accounts;

/// <summary>Refusals at the accounts' doors.</summary>
public static class AccountRefusals
{
    /// <summary>One for everything that may be wrong, so that nobody learns which names there are.</summary>
    public static Refusal BadCredentials { get; } = new("bad-credentials", "Name, password and code do not belong together.");

    public static Refusal HasAccount { get; } = Refusal.Conflict("You have an account already.");

    public static Refusal NameTaken { get; } = Refusal.Conflict("That name is taken. Please choose another one.");
}
