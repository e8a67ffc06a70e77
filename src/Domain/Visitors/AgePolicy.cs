namespace RandomChat.Domain.Visitors;

/// <summary>Who is old enough. Only the year of birth is asked, so the year alone decides.</summary>
public static class AgePolicy
{
    public const int MinimumAge = 18;
    public const int EarliestBirthYear = 1900;

    /// <summary>Whether the year can be somebody's year of birth at all; others are a slip of the hand.</summary>
    public static bool IsPlausible(int birthYear, int year) => birthYear >= EarliestBirthYear && birthYear <= year;

    public static bool MayEnter(int birthYear, int year) => IsPlausible(birthYear, year) && year - birthYear >= MinimumAge;
}
