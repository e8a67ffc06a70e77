using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>The document of the hub, held against the hub.</summary>
public sealed partial class HubDocumentTests
{
    /// <summary>No field of any method takes it.</summary>
    private const int Nonsense = -1;

    private static readonly string Document = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "hub.md"));

    [Fact]
    public void Every_method_is_described_with_what_it_answers_and_nothing_else()
    {
        var there = typeof(ChatHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.Name is not (nameof(ChatHub.OnConnectedAsync) or nameof(ChatHub.OnDisconnectedAsync)))
            .Select(method => $"{method.GetCustomAttribute<HubMethodNameAttribute>()?.Name ?? method.Name} {Shape(AnswerOf(method))}");

        Assert.Equal(there.Order(StringComparer.Ordinal), Methods().Select(method => $"{method.Name} {method.Answer}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_method_must_and_may_be_given_is_what_it_reads()
    {
        await using var server = await HubServer.With();
        await using var visitor = await HubVisitor.Enter(server.Address);
        foreach (var method in Methods().Where(method => method.Argument.Length > 0))
        {
            var fields = FieldsOf(method.Argument);
            var needed = fields.Where(field => !field.EndsWith('?')).ToArray();
            var all = fields.Select(field => field.TrimEnd('?')).ToArray();

            Assert.Equal("malformed", (await visitor.Refused(method.Name, "no map")).Code);
            if (needed.Length > 0)
            {
                Assert.Equal(needed.Order(StringComparer.Ordinal), await Wrong(visitor, method.Name, []));
            }

            Assert.Equal(all.Order(StringComparer.Ordinal), await Wrong(visitor, method.Name, all));
        }
    }

    /// <summary>What may be missing cannot be found by asking.</summary>
    [Fact]
    public void No_method_reads_what_is_not_described()
    {
        var folder = Path.Combine(RepositoryFolder.Path, "src", "Web", "Realtime");
        var request = File.ReadAllText(Path.Combine(folder, "MatchRequests.cs"));
        var read = File.ReadAllText(Path.Combine(folder, "ChatHub.cs")).Split("[HubMethodName(\"").Skip(1)
            .ToDictionary(part => part[..part.IndexOf('"', StringComparison.Ordinal)], part => part.Contains("MatchRequests.Read", StringComparison.Ordinal) ? part + request : part);

        Assert.All(Methods(), method => Assert.Equal(
            Read().Matches(read[method.Name]).Select(found => found.Groups[1].Value).Distinct().Order(StringComparer.Ordinal),
            FieldsOf(method.Argument).Select(field => field.TrimEnd('?')).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_event_is_described_with_its_fields_and_nothing_else()
    {
        var there = typeof(IServerEvent).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IServerEvent)) && !type.IsInterface)
            .Select(type => $"{((IServerEvent)RuntimeHelpers.GetUninitializedObject(type)).EventName} {Shape(type)}");

        Assert.Equal(there.Order(StringComparer.Ordinal), Events().Order(StringComparer.Ordinal));
        Assert.Contains($"`peer` is `{Shape(typeof(Peer))}`", Document, StringComparison.Ordinal);
        Assert.Contains($"is `{Shape(typeof(VideoConsent))}`", Document, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_codes_are_those_of_refusals_and_of_notices()
    {
        Assert.All(Methods().SelectMany(method => method.Codes).Concat(Rows("code").Select(row => row[0])).Where(code => code != "internal"), code =>
            Assert.True(Problem.StatusOf(code) != 500, $"No refusal has the code {code}."));

        var sources = Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText);
        var notices = sources.SelectMany(text => NewNotice().Matches(text)).Select(found => found.Groups[1].Value).Append(ScreeningWords.ContactCode).Append(ScreeningWords.GuidelinesCode);
        Assert.Equal(notices.Distinct().Order(StringComparer.Ordinal), Rows("notice").Select(row => row[0]).Order(StringComparer.Ordinal));
    }

    /// <summary>The fields that are refused where each of some has a value that none takes.</summary>
    private static async Task<IEnumerable<string>> Wrong(HubVisitor visitor, string method, string[] given)
    {
        var (code, text) = await visitor.Refused(method, given.ToDictionary(field => field, _ => (object?)Nonsense));
        Assert.Equal("invalid", code);
        return Named().Matches(text["invalid:".Length..]).Select(found => found.Groups[1].Value).Order(StringComparer.Ordinal);
    }

    private static Type? AnswerOf(MethodInfo method) => method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : null;

    /// <summary>What is on the wire of it, as the document writes it.</summary>
    private static string Shape(Type? type) => type is null
        ? ""
        : $"{{ {string.Join(", ", type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property =>
            JsonNamingPolicy.CamelCase.ConvertName(property.Name)
            + (property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition == JsonIgnoreCondition.WhenWritingNull ? "?" : "")))} }}";

    private static string[] FieldsOf(string shape) => shape.Split([' ', ',', '{', '}'], StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<(string Name, string Argument, string Answer, string[] Codes)> Methods() =>
        Rows("method").Select(row => (row[0], row[1], row[2], row[3].Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static IEnumerable<string> Events() => Rows("event").Select(row => $"{row[0]} {row[1]}");

    /// <summary>The cells of the table whose first column has this heading, without their marks.</summary>
    private static IEnumerable<string[]> Rows(string heading) => Document.Split('\n')
        .SkipWhile(line => !line.StartsWith($"| {heading} |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|').Select(cell => cell.Replace("`", "", StringComparison.Ordinal).Trim()).ToArray());

    [GeneratedRegex(@"fields\.\w+(?:<[^>]+>)?\(\s*""(\w+)""")]
    private static partial Regex Read();

    [GeneratedRegex(@"new Notice\(\s*""([a-z-]+)""")]
    private static partial Regex NewNotice();

    [GeneratedRegex(@"(?:^|\.) ?(\w+): ")]
    private static partial Regex Named();
}
