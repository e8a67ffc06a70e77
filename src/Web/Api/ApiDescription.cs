using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using RandomChat.Web.Accounts;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;
using RandomChat.Web.Security;

namespace RandomChat.Web.Api;

/// <summary>The description of the REST interface, for programs at <c>/openapi/v1.json</c>; <c>/api</c> shows the same to people.</summary>
public static class ApiDescription
{
    public const string Name = "v1";

    private const string ProblemType = "application/problem+json";
    private const string Bearer = "bearer";
    private const string Cookie = "cookie";

    /// <summary>Every call may answer with these.</summary>
    private static readonly string[] Always = ["internal", "unavailable"];

    private static readonly string[] OfBodies = ["malformed", "invalid", "too-large", "unsupported-media-type"];

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(options => WireJson.Apply(options.SerializerOptions))
        .AddOpenApi(Name, options => options
            .AddDocumentTransformer((document, _, _) =>
            {
                Introduce(document);
                return Task.CompletedTask;
            })
            .AddSchemaTransformer((schema, context, _) =>
            {
                // Said of texts and numbers by itself, of objects not.
                if (context.JsonPropertyInfo is { IsGetNullable: true } && schema.Type is { } type)
                {
                    schema.Type = type | JsonSchemaType.Null;
                }

                return Task.CompletedTask;
            })
            .AddOperationTransformer(Describe));

    private static void Introduce(OpenApiDocument document)
    {
        document.Info = new()
        {
            Title = "RandomChat",
            Version = Name,
            Description = "Visitors start a session and send its token; the staff signs in. Everything live goes over the SignalR hub /hubs/chat. "
                + "Errors are RFC 9457 problems with a stable code.",
        };

        // Wherever it was read from.
        document.Servers = [new() { Url = "/" }];
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Bearer,
                Description = "The token of POST /api/session, /api/register or /api/login.",
            },
            [Cookie] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = Identity.IdentityCookies.Session,
                Description = $"Browsers carry it by themselves; unsafe calls then need the antiforgery token in the header {CookieGuards.AntiforgeryHeader}.",
            },
        };
    }

    private static async Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<ApiCall>().FirstOrDefault() is not { } call)
        {
            return;
        }

        operation.Summary = call.Summary;
        operation.Tags = new HashSet<OpenApiTagReference>();
        operation.Parameters ??= [];
        foreach (var (name, meaning) in call.Query)
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Query,
                Description = meaning,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        if (call.Body is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(body, null, ct) } },
            };
        }

        operation.Responses = [];
        var policies = metadata.OfType<IAuthorizeData>().ToArray();
        var staff = policies.Any(policy => policy.Policy is not null);
        foreach (var codes in Codes(call, policies.Length > 0, staff).Distinct().GroupBy(Problem.StatusOf).OrderBy(codes => codes.Key))
        {
            operation.Responses[Text(codes.Key)] = Refusal([.. codes.Order(StringComparer.Ordinal)]);
        }

        foreach (var status in new[] { call.Status, call.OtherStatus }.OfType<int>())
        {
            operation.Responses[Text(status)] = await Answer(call, context, ct);
        }

        if (policies.Length > 0)
        {
            operation.Security = [new() { [new(Bearer, context.Document)] = [] }];
            if (!staff)
            {
                operation.Security.Add(new() { [new(Cookie, context.Document)] = [] });
            }
        }
    }

    private static async Task<OpenApiResponse> Answer(ApiCall call, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var answer = new OpenApiResponse { Description = call.Answer is null && call.MediaType is null ? "Done" : "The answer" };
        if (call.Answer is { } type)
        {
            answer.Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(type, null, ct) } };
        }
        else if (call.MediaType is { } media)
        {
            answer.Content = new Dictionary<string, OpenApiMediaType>
            {
                [media] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
            };
        }

        return answer;
    }

    private static IEnumerable<string> Codes(ApiCall call, bool closed, bool staff) =>
    [
        .. call.Codes,
        .. closed ? ["no-session", "forbidden"] : Array.Empty<string>(),
        .. staff ? ["two-factor-required"] : Array.Empty<string>(),
        .. call.Body is not null ? OfBodies : [],
        .. Always,
    ];

    private static OpenApiResponse Refusal(string[] codes) => new()
    {
        Description = string.Join(", ", codes),
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [ProblemType] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "status", "code", "detail" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                        ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. codes.Select(code => (JsonNode)code)] },
                        ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
                    },
                },
            },
        },
    };

    private static string Text(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
