using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using RandomChat.Infrastructure.Postgres;

namespace RandomChat.Web.Identity;

/// <summary>
/// The keys of tokens and cookies, shared by all nodes. Each node reads them at its start and once a day, and keeps what
/// it has while Postgres is down; a new key is made two days before it is used, so that every node knows it by then.
/// </summary>
internal sealed class SharedTokenKeys(PostgresSecrets secrets) : IXmlRepository
{
    private const string Kind = "data-protection";

    public IReadOnlyCollection<XElement> GetAllElements() => [.. secrets.Texts(Kind).Select(XElement.Parse)];

    // The names given (the key's id, or that of a revocation) are unique.
    public void StoreElement(XElement element, string friendlyName) => secrets.AddText(Kind, friendlyName, element.ToString(SaveOptions.DisableFormatting));
}
