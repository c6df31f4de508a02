// Sends the answer on its way. Without scripts the button does the same.
document.getElementById("reply").requestSubmit();
