using System.Buffers;
using System.Text.Json;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Input;

/// <summary>Reads the body of a request as JSON without ever failing the request: what is wrong becomes a problem.</summary>
public static class JsonBody
{
    /// <summary>The largest body of a REST call, in bytes.</summary>
    public const int MaximumBytes = 1024 * 1024;

    /// <summary>The JSON, or why there is none: 415, 413 or 400, checked in this order.</summary>
    public static async ValueTask<(JsonElement Json, Problem? Problem)> Read(HttpRequest request, CancellationToken ct)
    {
        if (!request.HasJsonContentType() || !IsPlainJson(request.ContentType))
        {
            return (default, Problem.OfStatus(StatusCodes.Status415UnsupportedMediaType));
        }

        if (request.ContentLength > MaximumBytes)
        {
            return (default, Problem.OfStatus(StatusCodes.Status413PayloadTooLarge));
        }

        try
        {
            using var buffered = new MemoryStream();
            var chunk = ArrayPool<byte>.Shared.Rent(16 * 1024);
            try
            {
                int read;
                while ((read = await request.Body.ReadAsync(chunk, ct)) > 0)
                {
                    if (buffered.Length + read > MaximumBytes)
                    {
                        return (default, Problem.OfStatus(StatusCodes.Status413PayloadTooLarge));
                    }

                    buffered.Write(chunk, 0, read);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(chunk);
            }

            using var document = JsonDocument.Parse(buffered.GetBuffer().AsMemory(0, (int)buffered.Length));
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException)
        {
            return (default, Problem.Of("malformed", "The body is not JSON."));
        }
    }

    private static bool IsPlainJson(string? contentType) =>
        contentType!.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
