namespace RandomChat.Web.Api;

/// <summary>What the description of the REST interface says of a call, beside what its route and its policies say.</summary>
/// <param name="Summary">What it does, in a sentence without a stop.</param>
/// <param name="Body">Of the request; null where it has none.</param>
/// <param name="Answer">Of the answer; null where it has no body.</param>
/// <param name="Status">Of the answer.</param>
/// <param name="Codes">The contract's codes with which it refuses, beside those that every call of its kind has.</param>
public sealed record ApiCall(string Summary, Type? Body, Type? Answer, int Status, IReadOnlyList<string> Codes)
{
    /// <summary>What may stand behind the question mark, and what it means.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query { get; init; } = [];

    /// <summary>Of an answer that is no JSON.</summary>
    public string? MediaType { get; init; }

    /// <summary>Another answer than <see cref="Status"/>, with the same shape.</summary>
    public int? OtherStatus { get; init; }
}

public static class ApiCallExtensions
{
    /// <summary>A call that is not described is no part of the interface, and a test finds it.</summary>
    public static TBuilder Describes<TBuilder>(this TBuilder builder, ApiCall call)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(call);

    /// <summary>A call without a body that answers with one.</summary>
    public static TBuilder Gives<TBuilder>(this TBuilder builder, string summary, Type answer, params string[] codes)
        where TBuilder : IEndpointConventionBuilder => builder.Describes(new(summary, null, answer, StatusCodes.Status200OK, codes));

    /// <summary>A list, page by page.</summary>
    public static TBuilder Lists<TBuilder>(this TBuilder builder, string summary, Type page, params (string Name, string Meaning)[] filters)
        where TBuilder : IEndpointConventionBuilder => builder.Describes(new(summary, null, page, StatusCodes.Status200OK, ["invalid"])
        {
            Query = [.. filters, ("after", "next of an earlier answer"), ("limit", "1 to 200; 50 where it is not said")],
        });

    /// <summary>A call that says that it is done and nothing else.</summary>
    public static TBuilder Does<TBuilder>(this TBuilder builder, string summary, Type? body = null, params string[] codes)
        where TBuilder : IEndpointConventionBuilder => builder.Describes(new(summary, body, null, StatusCodes.Status204NoContent, codes));

    /// <summary>A call with a body that answers with one.</summary>
    public static TBuilder Makes<TBuilder>(this TBuilder builder, string summary, Type body, Type answer, int status, params string[] codes)
        where TBuilder : IEndpointConventionBuilder => builder.Describes(new(summary, body, answer, status, codes));
}
