namespace RandomChat.Application.Screening;

/// <summary>Settings of the screening after delivery.</summary>
public sealed class ScreeningOptions
{
    public const string Section = "Screening";

    /// <summary>How much of one core the classifiers may take, above 0 to 1; 0 asks none after delivery.</summary>
    public double ModelCpuShare { get; set; } = 0.1;
}
