using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Where one member is signed in, each with a button that ends it.</summary>
/// <param name="Whose">For the table's name.</param>
/// <param name="Current">The session of whoever looks.</param>
/// <param name="Action">Where the buttons go.</param>
/// <param name="StaffId">Whose, for the buttons.</param>
public sealed record SessionsView(string Whose, IReadOnlyList<StaffSession> Sessions, Guid Current, string Action, Guid StaffId);
