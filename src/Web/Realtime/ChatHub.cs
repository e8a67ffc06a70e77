using System.Text.Json;
using Mediator;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using RandomChat.Application;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Application.Visitors;
using RandomChat.Web.Captcha;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Limits;

namespace RandomChat.Web.Realtime;

/// <summary>The realtime channel: what visitors call. Every argument is a map that is read leniently and validated here.</summary>
[Authorize]
public sealed class ChatHub(ISender sender, Arrivals arrivals, AddressKeys addresses, IHostApplicationLifetime lifetime) : Hub
{
    public const string Path = "/hubs/chat";
    private static readonly object Visitor = new();
    private const int MostSignalBytes = 64 * 1024;
    private const int MostFirstFrameMilliseconds = 600_000;

    public override async Task OnConnectedAsync()
    {
        Context.Items[Visitor] = Context.User?.Visitor();
        await arrivals.Opened(Me, Context, AddressKey, addresses.MarkOf(Context.GetHttpContext()?.Connection.RemoteIpAddress));
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Let in before the stop and there after the others were closed.
            Context.Abort();
        }
    }

    public override Task OnDisconnectedAsync(Exception? exception) => arrivals.Closed(Me.VisitorId, Context.ConnectionId);

    [HubMethodName("join_queue")]
    public async Task<JoinResult> JoinQueue(JsonElement request)
    {
        var fields = new Fields(request);
        var wanted = MatchRequests.Read(fields);
        var captcha = fields.OptionalString("captcha", ProofOfWork.LongestPayload);
        return JoinResult.From(Value(
            await sender.Send(new JoinQueue(Me.VisitorId, Me.DeviceId, Valid(fields, wanted), AddressKey, Context.ConnectionId, captcha))));
    }

    [HubMethodName("leave_queue")]
    public async Task LeaveQueue() => await sender.Send(new LeaveQueue(Me.VisitorId, Me.DeviceId));

    [HubMethodName("chat_message")]
    public async Task<MessageAnswer> ChatMessage(JsonElement request)
    {
        var fields = new Fields(request);
        var matchId = fields.Guid("matchId");
        var body = fields.String("body");
        var clientMessageId = fields.String("clientMessageId", Domain.Matches.MessagePolicy.MaximumClientMessageIdLength);
        return Value(await sender.Send(
            new SendMessage(Me.VisitorId, Valid(fields, matchId), body, clientMessageId, Context.ConnectionId)));
    }

    [HubMethodName("typing")]
    public async Task Typing(JsonElement request)
    {
        var fields = new Fields(request);
        var matchId = fields.Guid("matchId");
        var isTyping = fields.Bool("isTyping");
        Value(await sender.Send(new SetTyping(Me.VisitorId, Valid(fields, matchId), isTyping)));
    }

    [HubMethodName("signal")]
    public async Task Signal(JsonElement request)
    {
        var fields = new Fields(request);
        var matchId = fields.Guid("matchId");
        var type = fields.Enum<SignalType>("type");
        var payload = fields.OptionalObject("payload");
        Valid(fields, matchId);
        if (payload is { } given && System.Text.Encoding.UTF8.GetByteCount(given.GetRawText()) > MostSignalBytes)
        {
            throw Refused(new("too-large", $"A signal has at most {MostSignalBytes / 1024} KiB."));
        }

        Value(await sender.Send(new SendSignal(Me.VisitorId, matchId, type, payload, Context.ConnectionId)));
    }

    [HubMethodName("show_video")]
    public async Task ShowVideo(JsonElement request)
    {
        var fields = new Fields(request);
        var matchId = fields.Guid("matchId");
        var show = fields.Bool("show");
        Value(await sender.Send(new ShowVideo(Me.VisitorId, Valid(fields, matchId), show)));
    }

    [HubMethodName("call_report")]
    public async Task CallReport(JsonElement request)
    {
        var fields = new Fields(request);
        var matchId = fields.Guid("matchId");
        var path = fields.Enum<Domain.Matches.CallPath>("path");
        var firstFrame = fields.OptionalInt("firstFrameMilliseconds", 0, MostFirstFrameMilliseconds);
        Value(await sender.Send(new ReportCall(Me.VisitorId, Valid(fields, matchId), path, firstFrame)));
    }

    [HubMethodName("skip")]
    public async Task<JoinResult> Skip(JsonElement request)
    {
        var fields = new Fields(request);
        var matchId = fields.Guid("matchId");
        var captcha = fields.OptionalString("captcha", ProofOfWork.LongestPayload);
        return JoinResult.From(Value(await sender.Send(
            new SkipMatch(Me.VisitorId, Me.DeviceId, Valid(fields, matchId), AddressKey, Context.ConnectionId, captcha))));
    }

    [HubMethodName("end_session")]
    public async Task EndSession(JsonElement request)
    {
        var fields = new Fields(request);
        var matchId = fields.Guid("matchId");
        Value(await sender.Send(new EndMatch(Me.VisitorId, Valid(fields, matchId))));
    }

    [HubMethodName("resume")]
    public async Task<Resumed> Resume(JsonElement request)
    {
        var fields = new Fields(request);
        var matchId = fields.OptionalGuid("matchId");
        var afterSequence = fields.OptionalInt("afterSequence", 0, int.MaxValue) ?? 0;
        return Value(await sender.Send(new ResumeMatch(Me.VisitorId, Valid(fields, matchId), afterSequence)));
    }

    /// <summary>Read once a connection: its claims do not change, and every message asks.</summary>
    private VisitorIdentity Me =>
        Context.Items[Visitor] as VisitorIdentity ?? throw Refused(new("no-session", "Your session ended. Start again; it takes a moment."));

    private string AddressKey => Context.GetHttpContext()?.AddressKey() ?? string.Empty;

    private static T Valid<T>(Fields fields, T value) => fields.Refusal is { } refusal ? throw Refused(refusal) : value;

    private static T Value<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Done done => done.Value,
        Outcome<T>.Refused refused => throw Refused(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    private static HubException Refused(Refusal refusal) => new(HubRefusals.TextOf(refusal));
}

/// <summary>The answer to joining.</summary>
/// <param name="State"><c>waiting</c> or <c>matched</c>.</param>
public sealed record JoinResult(
    string State,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] Guid? MatchId = null)
{
    public static JoinResult From(JoinAnswer answer) => answer switch
    {
        JoinAnswer.Matched matched => new("matched", matched.MatchId),
        _ => new("waiting", null),
    };
}
