/// <summary>The runtime loads whatever has this type, and calls it; to be loaded is all that is wanted here.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
    }
}
