using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using RandomChat.Web.Api;

namespace RandomChat.Web.Pages;

/// <summary>The description of the REST interface, for people.</summary>
public sealed class ApiModel([FromKeyedServices(ApiDescription.Name)] IOpenApiDocumentProvider description) : PageModel
{
    public IReadOnlyList<ApiGroup> Groups { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var document = await description.GetOpenApiDocumentAsync(ct);
        var calls = document.Paths.SelectMany(path => (path.Value.Operations ?? []).Select(operation => Of(path.Key, operation.Key, operation.Value))).ToArray();
        Groups =
        [
            .. new[] { ("visitors", "For visitors", "/api/"), ("staff", "For the staff", "/api/admin/"), ("health", "For operators", "/health/") }
                .Select(group => new ApiGroup(group.Item1, group.Item2, [.. calls.Where(call => GroupOf(call.Path) == group.Item3)])),
        ];
    }

    private static string GroupOf(string path) =>
        path.StartsWith("/api/admin/", StringComparison.Ordinal) ? "/api/admin/"
        : path.StartsWith("/health/", StringComparison.Ordinal) ? "/health/"
        : "/api/";

    private static ApiOperation Of(string path, HttpMethod method, OpenApiOperation operation)
    {
        var body = operation.RequestBody?.Content?.Values.FirstOrDefault()?.Schema;
        return new(
            method.Method, path, operation.Summary ?? string.Empty,
            [.. (operation.Parameters ?? []).Where(parameter => parameter.In == ParameterLocation.Query).Select(parameter => (parameter.Name!, parameter.Description ?? string.Empty))],
            [.. (body?.Properties ?? new Dictionary<string, IOpenApiSchema>()).Select(field => new ApiField(
                field.Key, TypeOf(field.Value), body!.Required?.Contains(field.Key) == true))],
            [.. (operation.Responses ?? []).Select(answer => (answer.Key, answer.Value.Description ?? string.Empty))]);
    }

    private static string TypeOf(IOpenApiSchema schema) =>
        schema.Enum is { Count: > 0 } words ? string.Join(" or ", words.Select(word => word?.ToString()))
        : schema.Format is { } format ? format
        : (schema.Type & ~JsonSchemaType.Null)?.ToString().ToLowerInvariant() ?? "value";
}

public sealed record ApiGroup(string Anchor, string Title, IReadOnlyList<ApiOperation> Calls);

/// <param name="Query">What may stand behind the question mark, with its meaning.</param>
/// <param name="Answers">By status, in words or codes.</param>
public sealed record ApiOperation(
    string Method, string Path, string Summary, IReadOnlyList<(string Name, string Meaning)> Query, IReadOnlyList<ApiField> Body,
    IReadOnlyList<(string Status, string What)> Answers);

public sealed record ApiField(string Name, string Type, bool Required);
