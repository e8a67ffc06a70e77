using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RandomChat.Projections.Engine;

/// <summary>
/// What a build has from its first event on, and what it gets when it is whole, at once and out of sorted rows: where each event
/// enters its rows at random places of large trees, that takes most of the time of a rebuild, and ever more as they grow.
/// </summary>
internal static class BuildOrder
{
    private const string ForHandlersMark = "RandomChat.ForHandlers";
    private const string OnlyAddedToMark = "RandomChat.OnlyAddedTo";

    /// <summary>Handlers look rows up by this index, so it is there from the beginning. All others are made when the build is whole.</summary>
    public static IndexBuilder<TRow> ForHandlers<TRow>(this IndexBuilder<TRow> index)
    {
        index.HasAnnotation(ForHandlersMark, true);
        return index;
    }

    /// <summary>No handler looks for its rows, not even by their key: in SQLite they are put aside, and sorted when the build is whole.</summary>
    public static EntityTypeBuilder<TRow> OnlyAddedTo<TRow>(this EntityTypeBuilder<TRow> table)
        where TRow : class
    {
        table.HasAnnotation(OnlyAddedToMark, true);
        return table;
    }

    /// <summary>One that holds rows apart is needed too.</summary>
    public static bool IsForHandlers(IReadOnlyIndex index) => index.IsUnique || index.FindAnnotation(ForHandlersMark) is not null;

    public static bool IsOnlyAddedTo(IReadOnlyEntityType table) => table.FindAnnotation(OnlyAddedToMark) is not null;
}
