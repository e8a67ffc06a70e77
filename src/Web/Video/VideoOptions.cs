namespace RandomChat.Web.Video;

/// <summary>Settings section <c>Video</c>.</summary>
public sealed class VideoOptions
{
    public const string Section = "Video";

    /// <summary>Pictures are sent blurred until both sides agreed to clear ones.</summary>
    public bool ConsentBlur { get; set; } = true;
}
