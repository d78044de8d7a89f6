namespace WarehouseBench.Data;

/// <param name="Posts">Of the first night.</param>
/// <param name="More">New posts of each following night, as a share of the first's.</param>
/// <param name="Nights">At least one.</param>
/// <param name="Duplicates">Records sent again, of any post before, as a share of the posts.</param>
/// <param name="Edges">Share of rows at an edge of a cleaning rule; none is plain data.</param>
internal sealed record DataShape(int Posts, double More, int Nights, double Duplicates, double Edges, int Partitions, long FileBytes, long Seed)
{
    /// <summary>Posts after so many nights.</summary>
    public int PostsAfter(int nights) => nights == 0 ? 0 : checked(Posts + (int)(Posts * More) * (nights - 1));

    public int AllPosts => PostsAfter(Nights);
}
