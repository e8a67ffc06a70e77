using CsCheck;
using RandomChat.Domain.Visitors;

namespace RandomChat.Domain.Tests.Visitors;

public sealed class AgePolicyTests
{
    [Theory]
    [InlineData(2008, 2026, true)]
    [InlineData(2009, 2026, false)]
    [InlineData(2009, 2027, true)]
    [InlineData(2026, 2026, false)]
    [InlineData(1900, 2026, true)]
    [InlineData(1899, 2026, false)]
    public void The_year_alone_decides_who_may_enter(int birthYear, int year, bool may) =>
        Assert.Equal(may, AgePolicy.MayEnter(birthYear, year));

    [Theory]
    [InlineData(1899, false)]
    [InlineData(1900, true)]
    [InlineData(2026, true)]
    [InlineData(2027, false)]
    [InlineData(-1, false)]
    [InlineData(90, false)]
    public void A_year_that_cannot_be_a_year_of_birth_is_a_slip(int birthYear, bool plausible) =>
        Assert.Equal(plausible, AgePolicy.IsPlausible(birthYear, 2026));

    [Fact]
    public void Who_may_enter_in_one_year_may_enter_in_every_later_one() =>
        Gen.Select(Gen.Int[1800, 2100], Gen.Int[2000, 2100], Gen.Int[0, 100])
            .Sample((born, year, later) => !AgePolicy.MayEnter(born, year) || AgePolicy.MayEnter(born, year + later));
}
