global using Dart.Lake.Tests.Support;
global using Xunit;
