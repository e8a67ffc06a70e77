using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace RandomChat.Infrastructure.Secrets;

/// <summary>The keys of tokens and cookies, shared by all nodes where they have a store in common.</summary>
internal sealed class TokenKeyRepository(ISecretStore secrets) : IXmlRepository
{
    private const string Kind = "data-protection";

    public IReadOnlyCollection<XElement> GetAllElements() => [.. secrets.Texts(Kind).Select(XElement.Parse)];

    // The names given (the key's id, or that of a revocation) are unique.
    public void StoreElement(XElement element, string friendlyName) => secrets.AddText(Kind, friendlyName, element.ToString(SaveOptions.DisableFormatting));
}
